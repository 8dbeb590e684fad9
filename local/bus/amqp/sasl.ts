export type SaslMechanisms = {
  enable_anonymous(): void;
  enable_plain(check: () => boolean): void;
  MSSBCBS: () => { outcome: boolean | undefined; start(): void };
};

/** Lets everybody in, by every mechanism that a Service Bus client may ask for. */
export function offerMechanisms(mechanisms: SaslMechanisms): void {
  // The JavaScript client takes the first that it knows.
  mechanisms.enable_anonymous();
  mechanisms.enable_plain(() => true);
  // The only one of the .NET client, hence of the Functions host's trigger; the claims come later, through $cbs.
  mechanisms.MSSBCBS = () => ({
    outcome: undefined,
    start() {
      this.outcome = true;
    },
  });
}
