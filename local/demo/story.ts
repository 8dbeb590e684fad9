import { callDesk, until, type DeskAnswer, type DeskCall } from '../call-desk.ts';
import type { Stack } from '../stack-file.ts';

/** Tells a story step by step: each step is done through the public API, and checked. A step that does not come true ends it. */
export type Story = {
  title(text: string): void;
  /** Does something, and shows what came of it. */
  step(text: string, act: () => Promise<string>): Promise<void>;
  call(path: string, call?: DeskCall): Promise<DeskAnswer>;
  /** Tells the simulated Microsoft, or the world's clock, what happens. */
  control(command: unknown): Promise<void>;
  /** What the simulated Microsoft tells of itself. */
  microsoft(): Promise<Record<string, unknown>>;
  /** Webhooks that the portal got, oldest first, parsed. */
  inbox(portalId: string): Promise<Notice[]>;
  /** All that came to a path of the inbox, oldest first, parsed. */
  posted(path: string): Promise<Record<string, unknown>[]>;
};

export type Notice = { type: string; data: Record<string, unknown>; webhookId: string };

type Message = { portalId?: string; path: string; headers: Record<string, string>; bodyBase64: string };

const bodyOf = ({ bodyBase64 }: Message) =>
  JSON.parse(Buffer.from(bodyBase64, 'base64').toString()) as Record<string, unknown>;

export function createStory(stack: Stack): Story {
  let number = 0;
  const messages = async () => (await (await fetch(`${stack.inbox}/messages`)).json()) as Message[];
  return {
    title: (text) => {
      console.log(`\n${text}\n${'─'.repeat(text.length)}`);
    },
    step: async (text, act) => {
      number++;
      process.stdout.write(`${String(number).padStart(2)}. ${text}\n`);
      const shown = await act();
      console.log(`    → ${shown}`);
    },
    call: (path, call) => callDesk(stack.baseUrl, path, call),
    control: async (command) => {
      const answer = await fetch(stack.microsoft.controlUrl, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(command),
      });
      if (answer.status !== 204)
        throw new Error(`the control endpoint said ${String(answer.status)}: ${await answer.text()}`);
    },
    microsoft: async () => (await fetch(stack.microsoft.controlUrl)).json() as Promise<Record<string, unknown>>,
    inbox: async (portalId) =>
      (await messages())
        .filter((message) => message.portalId === portalId)
        .map((message) => ({
          ...(bodyOf(message) as Omit<Notice, 'webhookId'>),
          webhookId: message.headers['webhook-id'] ?? '',
        })),
    posted: async (path) => (await messages()).filter((message) => message.path === path).map(bodyOf),
  };
}

/** The answer, if it has the wanted status; else an error that shows what came instead. */
export function expectStatus(answer: DeskAnswer, status: number): DeskAnswer {
  if (answer.status === status) return answer;
  throw new Error(`expected ${String(status)}, got ${String(answer.status)}: ${JSON.stringify(answer.json)}`);
}

/** Holds only where the claim is true; the text says what was expected. */
export function expectTrue(claim: boolean, text: string): void {
  if (!claim) throw new Error(`not so: ${text}`);
}

/** The notice of that type that fits, once it has come. */
export const noticeOf = async (
  story: Story,
  {
    portalId,
    type,
    fits,
  }: { portalId: string; type: string; fits: (data: Record<string, unknown>, webhookId: string) => boolean },
): Promise<Notice> =>
  until(`the ${type} webhook to ${portalId}`, async () =>
    (await story.inbox(portalId)).find((notice) => notice.type === type && fits(notice.data, notice.webhookId)),
  );

/** What is asked for, once it has come true; meanwhile the world's clock goes on, so that what is due later comes due. */
export async function inTime<T>(
  story: Story,
  { what, everySeconds, ask }: { what: string; everySeconds: number; ask: () => Promise<T | undefined> },
): Promise<T> {
  let last: unknown;
  for (let turn = 0; turn < turnsAtMost; turn++) {
    await story.control({ clock: { advanceSeconds: everySeconds } });
    try {
      return await until(what, ask, turnMs);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}

const turnsAtMost = 8;
/** Real time, in which the desk does what has come due. */
const turnMs = 3_000;
