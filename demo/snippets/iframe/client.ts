export function listen(show: (message: string) => void): void {
  addEventListener('message', ({ origin, data }) => {
    if (origin === location.origin) show(data);
  });
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.src = '/stream';
  document.body.append(frame);
}
