import type { Stack } from './stack-file.ts';

/** The calls of the README, as they can be pasted while this world runs. */
export function readmeCalls({ baseUrl, inbox }: Pick<Stack, 'baseUrl' | 'inbox'>): string {
  return `
The desk answers at ${baseUrl}; its tokens, portals and secrets are in .local/stack.json.

# Who calls: a portal, and one of its customers
stack() { node -p "JSON.parse(require('fs').readFileSync('.local/stack.json'))$1"; }

# 1. A portal brings in a request, and the desk says at once what it thinks
curl -s ${baseUrl}/api/requests -H "authorization: Bearer $(stack .portals[0].token)" -H 'content-type: application/json' -d '{
  "customer": { "customerId": "'$(stack .portals[0].customers[0].customerId)'" },
  "title": "Mail to outside arrives an hour late", "description": "Since this morning mail to other companies is delayed.",
  "severity": "moderate", "contact": { "name": "Kim Example", "email": "kim@customer.example" } }'

# 2. Is it Microsoft? That customer's services, with the age of the answer
curl -s ${baseUrl}/api/customers/$(stack .portals[0].customers[0].customerId)/health -H "authorization: Bearer $(stack .portals[0].token)"

# 3. What the portal was told, signed
curl -s ${inbox}/messages

# 4. Which customers can we not support tonight, and what mends it
curl -s "${baseUrl}/api/readiness?ok=false&limit=1" -H "authorization: Bearer $(stack .tokens.reader)"
`;
}
