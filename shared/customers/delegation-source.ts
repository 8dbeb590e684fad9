/** A delegated admin relationship as the partner's list shows it; times are ISO texts. */
export type ListedRelationship = {
  id: string;
  tenantId: string;
  status: string;
  endsAt?: string | undefined;
  /** Changes with the relationship. */
  revision: string;
};

/** `skipped` counts items that could not be read; `next` is the address of the next page, absent on the last. */
export type RelationshipPage = { relationships: ListedRelationship[]; skipped: number; next?: string };

/** Where delegated admin relationships come from. Every call is one exchange a page; all throw `SourceFailure`. */
export type DelegationSource = {
  list(connectionId: string, next: string | undefined): Promise<RelationshipPage>;
  /** Template ids of the roles that the relationship's active access assignments give. */
  roles(connectionId: string, relationshipId: string): Promise<string[]>;
};
