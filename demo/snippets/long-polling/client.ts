interface Answer {
  readonly next: number;
  readonly messages: readonly string[];
}

export async function listen(show: (message: string) => void): Promise<void> {
  let since = '';
  for (;;) {
    // Comes back when there is a message, or with nothing after 25 seconds.
    const response = await fetch(`/messages${since}`);
    const { next, messages }: Answer = await response.json();
    messages.forEach(show);
    since = `?since=${next}`;
  }
}
