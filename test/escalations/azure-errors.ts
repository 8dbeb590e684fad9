/** Where it is known from: `facts` are Microsoft's documents on the Support API as the project has noted them. */
type Source =
  | 'ARM docs'
  | 'REST docs'
  | 'facts'
  | 'azure-sdk-for-net#24662'
  | 'azure-powershell#14035'
  | 'Azure CLI recordings'
  | 'public reports';

/** `from`: which call it answers. `code`: of the reason that the escalation gives; `passes`: nothing is parked, the case is filed in the end. */
export type StagedError = {
  source: Source;
  from: 'services' | 'put' | 'operation';
  status: number;
  error: object;
  becomes: { state: 'parked' | 'awaiting-filing'; code: string } | 'passes';
  remedy?: RegExp;
};

const said = (code: string, message = code, target?: string) => ({
  error: { code, message, ...(target !== undefined && { details: [{ code, message, target }] }) },
});
const parked = (code: string) => ({ state: 'parked', code }) as const;
const byHand = { state: 'awaiting-filing', code: 'plan' } as const;

const csp =
  'Your support plan type is CSP. To create and update support tickets, and add communication operations, you need access to our high tier-support plans.';

export const azureErrors: readonly StagedError[] = [
  {
    source: 'azure-sdk-for-net#24662',
    from: 'put',
    status: 403,
    error: said('Forbidden', csp),
    becomes: byHand,
    remedy: /person files/,
  },
  {
    source: 'azure-sdk-for-net#24662',
    from: 'operation',
    status: 200,
    error: { status: 'Failed', ...said('InvalidSupportPlan', csp) },
    becomes: byHand,
  },
  { source: 'public reports', from: 'put', status: 400, error: said('InvalidSupportPlan'), becomes: byHand },
  {
    source: 'REST docs',
    from: 'put',
    status: 403,
    error: said('Forbidden', 'A ProDirect, Premier or Unified technical plan is needed.'),
    becomes: byHand,
  },
  {
    source: 'ARM docs',
    from: 'put',
    status: 403,
    error: said('AuthorizationFailed'),
    becomes: parked('rights-missing'),
    remedy: /Support Request Contributor/,
  },
  {
    source: 'ARM docs',
    from: 'services',
    status: 403,
    error: said('AuthorizationFailed'),
    becomes: parked('rights-missing'),
  },
  {
    source: 'ARM docs',
    from: 'put',
    status: 403,
    error: said('LinkedAuthorizationFailed'),
    becomes: parked('rights-missing'),
  },
  {
    source: 'ARM docs',
    from: 'put',
    status: 404,
    error: said('SubscriptionNotFound'),
    becomes: parked('subscription-unknown'),
    remedy: /cancelled or moved/,
  },
  {
    source: 'ARM docs',
    from: 'put',
    status: 400,
    error: said('InvalidSubscriptionId'),
    becomes: parked('subscription-unknown'),
  },
  {
    source: 'ARM docs',
    from: 'put',
    status: 409,
    error: said('MissingSubscriptionRegistration'),
    becomes: parked('provider-not-registered'),
    remedy: /Register .*Microsoft\.Support/,
  },
  {
    source: 'public reports',
    from: 'put',
    status: 409,
    error: said('ReadOnlyDisabledSubscription'),
    becomes: parked('subscription-disabled'),
    remedy: /enabled again/,
  },
  {
    source: 'facts',
    from: 'put',
    status: 400,
    error: said('BadRequest', 'The body does not fit.', 'properties.contactDetails.phoneNumber'),
    becomes: parked('phone-missing'),
    remedy: /contact\.phone/,
  },
  {
    source: 'facts',
    from: 'put',
    status: 400,
    error: said('BadRequest', 'The body does not fit.', 'properties.contactDetails.country'),
    becomes: parked('contact-rejected'),
    remedy: /support statement/,
  },
  {
    source: 'facts',
    from: 'put',
    status: 400,
    error: said('BadRequest', 'The body does not fit.', 'properties.serviceId'),
    becomes: parked('classification-refused'),
    remedy: /portal/,
  },
  {
    source: 'facts',
    from: 'put',
    status: 400,
    error: said('BadRequest', 'The body does not fit.', 'properties.problemClassificationId'),
    becomes: parked('classification-refused'),
  },
  {
    source: 'azure-powershell#14035',
    from: 'put',
    status: 400,
    error: said('InvalidParameterValue', 'The calling client sent a bad request to the service'),
    becomes: parked('rejected'),
    remedy: /packet/,
  },
  {
    source: 'Azure CLI recordings',
    from: 'put',
    status: 400,
    error: { Error: { Code: 'InvalidData', Message: 'invalid', Target: null, Details: [] } },
    becomes: parked('rejected'),
  },
  { source: 'ARM docs', from: 'put', status: 401, error: said('ExpiredAuthenticationToken'), becomes: 'passes' },
  { source: 'ARM docs', from: 'put', status: 401, error: said('InvalidAuthenticationToken'), becomes: 'passes' },
  { source: 'ARM docs', from: 'services', status: 401, error: said('ExpiredAuthenticationToken'), becomes: 'passes' },
  { source: 'ARM docs', from: 'put', status: 409, error: said('Conflict'), becomes: 'passes' },
  ...[429, 500, 502, 503, 504].flatMap((status): StagedError[] =>
    (['services', 'put', 'operation'] as const).map((from) => ({
      ...{ source: 'ARM docs', from, status, error: said(status === 429 ? 'TooManyRequests' : 'ServerError') },
      becomes: 'passes',
    })),
  ),
];
