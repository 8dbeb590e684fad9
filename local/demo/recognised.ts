import type { Portal } from './intake.ts';
import { expectStatus, expectTrue, noticeOf, type Story } from './story.ts';

type Triage = { service: string; boundary: string; reasons: string[]; likelyIncidents: Likely[] };
type Likely = { id: string; confidence: number; why: string[] };

type Reported = { portal: Portal; customerId: string; incidentId: string };

/** A customer reports in its own language what Microsoft is working on already; the portal's ticket is named in all that follows. */
export async function recognised(story: Story, { portal, customerId, incidentId }: Reported): Promise<void> {
  const ticket = { system: 'psa', id: `T-${incidentId}` };
  let id = '';
  await story.step(
    'A customer writes in Japanese, naming no service; the desk knows the incident, and says why.',
    async () => {
      const body = {
        customer: { customerId },
        title: '社外宛てのメールがなかなか届きません',
        description: '今朝から取引先に送ったメールが一時間以上遅れて届いています。社内のメールは問題ありません。',
        severity: 'moderate',
        language: 'ja',
        contact: { name: '見本 花子', email: 'hanako@customer.example' },
        externalRefs: [ticket],
      };
      const { json } = expectStatus(await story.call('/api/requests', { token: portal.token, body }), 201);
      id = String(json.id);
      const { service, boundary, reasons, likelyIncidents } = json.triage as Triage;
      const match = likelyIncidents.find((one) => one.id === incidentId);
      expectTrue(match !== undefined, `the request is matched to ${incidentId}: ${JSON.stringify(json.triage)}`);
      expectTrue(boundary === 'microsoft', 'what Microsoft is working on is Microsoft’s to solve');
      return [
        `“${body.title}”`,
        `${service}, boundary ${boundary}, ${incidentId} with ${String(match?.confidence)}: ${String(match?.why.join('; '))}`,
        ...reasons.map((reason) => `because ${reason}`),
      ].join('\n      ');
    },
  );
  await story.step('The portal is told by a signed webhook, which names its own ticket.', async () => {
    const { data, webhookId } = await noticeOf(story, {
      portalId: portal.id,
      type: 'request.created',
      fits: ({ requestId }) => requestId === id,
    });
    expectTrue(JSON.stringify(data.externalRefs).includes(ticket.id), 'the webhook names the ticket of the portal');
    return `request.created for ${ticket.system} ${ticket.id}, webhook-id ${webhookId}`;
  });
}
