import type { WordList } from './words.ts';

export type Product = {
  name: string;
  words: WordList;
  /** The part that is meant where the product is named and no part of it (`part-words.ts`). */
  whole?: string;
};

/** Products by the name that people and Microsoft call them, whichever service an incident is filed under. */
export const products: readonly Product[] = [
  { name: 'Outlook', words: 'outlook*, アウトルック' },
  { name: 'Teams', words: 'teams, msteams, チームズ' },
  { name: 'SharePoint', words: 'sharepoint*, シェアポイント', whole: 'site' },
  { name: 'OneDrive', words: 'onedrive*, ワンドライブ' },
  { name: 'OneNote', words: 'onenote*' },
  { name: 'Excel', words: 'excel*, エクセル' },
  { name: 'PowerPoint', words: 'powerpoint*, パワーポイント' },
  { name: 'Copilot', words: 'copilot*, コパイロット' },
  { name: 'Planner', words: 'planner*, プランナー' },
  { name: 'Forms', words: 'microsoft form*, ms forms' },
  { name: 'Bookings', words: 'microsoft bookings, bookings' },
  { name: 'Whiteboard', words: 'whiteboard*, ホワイトボード' },
  { name: 'Loop', words: 'microsoft loop*' },
  { name: 'Viva', words: 'viva engage*, yammer*' },
  { name: 'Power BI', words: 'power bi*, powerbi*', whole: 'report' },
  { name: 'Dataverse', words: 'dataverse*' },
  { name: 'Azure DevOps', words: 'devops*' },
  { name: 'Azure Virtual Desktop', words: 'virtual desktop*, avd, 仮想デスクトップ' },
  { name: 'Windows 365', words: 'windows 365*, cloud pc*' },
  { name: 'Intune', words: 'intune*' },
  { name: 'Defender', words: 'defender*' },
  { name: 'Purview', words: 'purview*' },
];
