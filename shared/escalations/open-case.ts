/** A case of one of Microsoft's incidents that is open, or about to be filed: another request about the same may share it. */
export type OpenCase = { incidentId: string; escalationId: string; caseNumber?: string | undefined; beganAt?: string };
