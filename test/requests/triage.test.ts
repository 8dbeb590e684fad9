import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { likelyFrom } from '../../shared/requests/incident-match.ts';
import { triage, type TriageInput } from '../../shared/requests/triage.ts';
import { readable } from '../../shared/requests/words.ts';
import { anIncident, liveIncidents } from './live-incidents.ts';

const receivedAt = Date.parse('2026-11-02T09:00:00Z');
const slowMail = { title: 'Outgoing mail is slow', description: 'Mail to outside recipients comes late.' };

const anInput = (input: Partial<TriageInput> = {}): TriageInput => ({
  request: slowMail,
  receivedAt,
  incidents: liveIncidents,
  expectedFirstResponseAt: null,
  adminLinks: () => [],
  ...input,
});

const ids = (input: Partial<TriageInput>) => triage(anInput(input)).likelyIncidents.map((one) => one.id);

describe('triage', () => {
  it('believes the sender', () => {
    const said = triage(anInput({ request: { ...slowMail, category: 'billing', service: 'sharepoint online' } }));
    expect(said).toMatchObject({
      category: 'billing',
      service: 'SharePoint',
      boundary: 'partner',
      sources: { category: 'sender', service: 'sender', boundary: 'rule' },
    });
  });

  it('gives its reasons: what the text says, the rule and its source, the incident and why', () => {
    const { reasons } = triage(anInput());
    expect(reasons).toEqual([
      'category technical: the text says “late”, “slow”',
      'service Exchange Online: the text says “mail”',
      'boundary microsoft: Microsoft is working on an incident that fits (Microsoft docs: Customer support in the CSP program)',
      'incident EX100 fits with 0.95: same service: Exchange Online; same part: mail, people outside the organisation; same symptom: late or slow',
    ]);
  });

  it.each([
    ['E-Mails kommen verspätet an', 'category technical: the text says “verspätet”'],
    ['We need more licences', 'category subscription: the text says “more licences”'],
    ['Passwort abgelaufen', 'service Microsoft Entra: the text says “passwort”'],
    ['Teams does not start', 'category technical: the text says that something does not work'],
  ])('quotes the words of “%s” as they are written, and no filler', (title, reason) => {
    expect(triage(anInput({ request: { title, description: 'Today.' }, incidents: [] })).reasons).toContain(reason);
  });

  it('says so where the health of the customer cannot be read', () => {
    const trouble = { code: 'not-consented' as const, since: '2026-11-01T00:00:00.000Z', remedy: 'consent' };
    const { reasons } = triage(anInput({ incidents: [], coverage: { trouble } }));
    expect(reasons.at(-1)).toContain('2026-11-01T00:00:00.000Z: not-consented');
  });

  it('links the service and the health of the customer', () => {
    const adminLinks = (service: string) => [
      { service, name: service, url: 'https://x.example', opens: 'customer' as const, tenant: 't', leastRole: 'r' },
    ];
    const links = (request: TriageInput['request']) =>
      triage(anInput({ request, adminLinks })).adminLinks.map((one) => one.service);
    expect(links(slowMail)).toEqual(['Exchange', 'service-health']);
    expect(links({ title: 'Hello', description: 'there' })).toEqual(['service-health']);
  });
});

describe('the match with live incidents', () => {
  it('tells two problems of one service apart by the symptom', () => {
    expect(ids({ request: slowMail })).toEqual(['EX100']);
    expect(ids({ request: { title: 'Search in Outlook is empty', description: 'Results are missing.' } })).toEqual([
      'EX200',
    ]);
    expect(ids({ request: { title: 'Outlook crashes', description: 'It crashes when I send mail.' } })).toEqual([]);
  });

  it('never goes by the service alone', () => {
    expect(ids({ request: { title: 'Exchange Online', description: 'A question about Exchange Online.' } })).toEqual(
      [],
    );
  });

  it("does not name another service's incident, whatever the words", () => {
    expect(ids({ request: { ...slowMail, service: 'azure' } })).toEqual([]);
    expect(ids({ request: { ...slowMail, service: 'Planner' } })).toEqual([]);
  });

  it('sees the suite and the identity service under every service', () => {
    const suite = anIncident({
      id: 'MO9',
      service: 'OSDPPlatform',
      title: 'Users cannot sign in and see prompts',
      feature: 'Sign in',
    });
    const request = {
      title: 'Teams sign in prompts',
      description: 'Teams asks to sign in, with a prompt each time.',
      service: 'microsoftteams',
    };
    expect(ids({ request, incidents: [suite] })).toEqual(['MO9']);
  });

  it('finds the service by the incident where the text names none', () => {
    const sound = anIncident({
      id: 'TM1',
      service: 'microsoftteams',
      serviceName: 'Microsoft Teams',
      title: 'Audio is choppy',
      feature: 'Audio',
    });
    const request = {
      title: 'Sound is choppy',
      description: 'Audio has been dropping since eight.',
      startedAt: '2026-11-02T08:00:00Z',
    };
    expect(triage(anInput({ request, incidents: [sound] }))).toMatchObject({
      service: 'microsoftteams',
      category: 'technical',
    });
  });

  it('does not fit trouble that began long before the incident', () => {
    expect(ids({ request: { ...slowMail, startedAt: '2026-10-20T08:00:00Z' } })).toEqual([]);
  });

  it('is between the threshold and 1, most likely first, at most five, and the same every time', () => {
    const words = fc.constantFrom(
      'mail',
      'slow',
      'late',
      'search',
      'missing',
      'Teams',
      'audio',
      'メール',
      '遅い',
      'MFA',
      'prompt',
      'vm',
      'down',
      'Rechnung',
      'x',
    );
    const text = fc.array(words, { maxLength: 12 }).map((all) => all.join(' '));
    fc.assert(
      fc.property(text, text, fc.shuffledSubarray([...liveIncidents]), (title, description, incidents) => {
        const input = anInput({ request: { title, description }, incidents });
        const { likelyIncidents } = triage(input);
        const sure = likelyIncidents.map((one) => one.confidence);
        expect(sure.every((one) => one >= likelyFrom && one <= 1)).toBe(true);
        expect(sure).toEqual(sure.toSorted((a, b) => b - a));
        expect(sure.length).toBeLessThanOrEqual(5);
        expect(triage(input)).toEqual(triage(input));
      }),
    );
  });
});

describe("a person's word", () => {
  it("wins over the sender's, and the boundary follows from it", () => {
    expect(
      triage(anInput({ request: { ...slowMail, category: 'billing' }, person: { category: 'advisory' } })),
    ).toMatchObject({
      category: 'advisory',
      service: 'Exchange',
      boundary: 'partner',
      sources: { category: 'person', service: 'rule', boundary: 'rule' },
    });
  });

  it('about the service takes the incidents of another one away, and stands in the reasons alone', () => {
    const before = triage(anInput());
    expect(before.likelyIncidents.length).toBeGreaterThan(0);
    const { likelyIncidents, boundary, reasons, sources } = triage(anInput({ person: { service: 'Planner' } }));
    expect({ likelyIncidents, boundary, source: sources.service }).toEqual({
      likelyIncidents: [],
      boundary: 'partner',
      source: 'person',
    });
    expect(reasons.filter((reason) => reason.startsWith('service'))).toEqual([
      'service Planner: said by a person at the desk',
    ]);
  });
});

describe('readable text', () => {
  it.each([
    ['Ｅ－Ｍａｉｌ　遅延！', ' e mail 遅延 '],
    ['弊社のOutlookでメールが届かない', ' 弊社の outlook でメールが届かない '],
    ['Größe: Änderung – prüfen', ' groesse aenderung pruefen '],
    ["can't   open", ' can t open '],
    ['', '  '],
  ])('of “%s”', (text, expected) => {
    expect(readable(text)).toBe(expected);
  });
});
