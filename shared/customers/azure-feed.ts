/** A customer with Azure subscriptions (their ids), as the Azure feed of its health shard knows it. */
export type AzureMember = { customerId: string; tenantId: string; subscriptionIds: readonly string[] };

/**
 * Whose Azure is watched. The directory says of the customers that it has just looked at which subscriptions they have; one
 * without any is taken out. Customers that are not named stay as they are.
 */
export type AzureFeed = { keep(healthShard: string, members: readonly AzureMember[]): Promise<void> };
