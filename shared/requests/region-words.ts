import type { Concept } from './concept.ts';

const region = (id: string, name: string, words: string): Concept => ({ id, name, weight: 1, words });

/** Azure regions as people write them. Two different ones rule a match out. Names: Microsoft docs, list of Azure regions. */
export const regions: readonly Concept[] = [
  region('westeurope', 'West Europe', 'west europe*, westeurope*, westeuropa*, 西ヨーロッパ'),
  region('northeurope', 'North Europe', 'north europe*, northeurope*, nordeuropa*, 北ヨーロッパ'),
  region('germanywestcentral', 'Germany West Central', 'germany west*, germanywest*, deutschland west*, ドイツ'),
  region('switzerlandnorth', 'Switzerland North', 'switzerland north*, schweiz nord*, スイス北'),
  region('uksouth', 'UK South', 'uk south*, uksouth*, 英国南'),
  region('francecentral', 'France Central', 'france central*, francecentral*, frankreich mitte*, フランス中部'),
  region('norwayeast', 'Norway East', 'norway east*, norwayeast*, norwegen ost*, ノルウェー東'),
  region('swedencentral', 'Sweden Central', 'sweden central*, swedencentral*, schweden mitte*, スウェーデン中部'),
  region('japaneast', 'Japan East', 'japan east*, japaneast*, japan ost*, 東日本'),
  region('japanwest', 'Japan West', 'japan west*, japanwest*, 西日本'),
  region('eastus', 'East US', 'east us*, eastus*, us ost*, usa ost*, 米国東部'),
  region('westus', 'West US', 'west us*, westus*, us west*, usa west*, 米国西部'),
  region('centralus', 'Central US', 'central us*, centralus*, usa mitte*, 米国中部'),
  region('southeastasia', 'Southeast Asia', 'southeast asia*, southeastasia*, suedostasien*, 東南アジア'),
  region('eastasia', 'East Asia', 'east asia*, eastasia*, ostasien*, 東アジア'),
  region('australiaeast', 'Australia East', 'australia east*, australiaeast*, australien ost*, オーストラリア東部'),
];
