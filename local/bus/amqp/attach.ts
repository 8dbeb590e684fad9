import { asBusError } from '../queue/bus-error.ts';
import { addressOf, type ServerReceiver, type ServerSender } from './rhea-internals.ts';

/** Accepts a link: the answering attach repeats addresses and settle modes. Its frame is written on the next tick. */
export function acceptLink(link: ServerSender | ServerReceiver): void {
  const { attach } = link.remote;
  link.local.attach.snd_settle_mode = attach.snd_settle_mode;
  link.local.attach.rcv_settle_mode = attach.rcv_settle_mode;
  // Plain addresses: the library cannot take every terminus that it has read, such as none at all.
  const [source, target] = [addressOf(attach.source), addressOf(attach.target)];
  if (source !== undefined) link.set_source({ address: source });
  if (target !== undefined) link.set_target({ address: target });
}

/** Refuses a link in the protocol's way: an attach without terminus, then at once a detach with the error. */
export function refuseLink(link: ServerSender | ServerReceiver, error: unknown): void {
  const { condition, message } = asBusError(error);
  link.close({ condition, description: message });
}
