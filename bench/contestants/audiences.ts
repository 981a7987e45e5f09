/** Who listens to which channel, for contestants that have nothing of the kind themselves. */
export class Audiences<Member> {
  readonly #members = new Map<string, Set<Member>>();

  /** Returns how to leave again. */
  join(channel: string, member: Member): () => void {
    const members = this.#members.get(channel) ?? new Set();
    this.#members.set(channel, members);
    members.add(member);
    return () => members.delete(member);
  }

  of(channel: string): ReadonlySet<Member> {
    return this.#members.get(channel) ?? new Set();
  }
}
