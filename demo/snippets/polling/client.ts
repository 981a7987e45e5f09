interface Answer {
  readonly next: number;
  readonly messages: readonly string[];
}

export async function listen(show: (message: string) => void): Promise<void> {
  let since = '';
  for (;;) {
    const response = await fetch(`/messages${since}`);
    const { next, messages }: Answer = await response.json();
    messages.forEach(show);
    // The next question says what has arrived.
    since = `?since=${next}`;
    await new Promise((resolve) => setTimeout(resolve, 2_000));
  }
}
