// Waits until the sample answers a page, and fails unless the page is a JSON:API document of two resources.
// Arguments: the address of the page, and the id of the sample's process, so as not to wait for one that has ended.
const [page, pid] = process.argv.slice(2);
const deadline = Date.now() + 180_000;

for (;;) {
  const answer = await fetch(page).catch(() => undefined);
  if (answer) {
    const type = answer.headers.get('content-type');
    const text = await answer.text();
    const isPage = answer.status === 200 && type === 'application/vnd.api+json' && JSON.parse(text).data.length === 2;
    console.log(isPage ? `${page} answers two resources.` : `${page} answers ${answer.status} ${type}: ${text}`);
    process.exit(isPage ? 0 : 1);
  }
  if (!isRunning(pid)) fail('The sample ended before it answered.');
  if (Date.now() > deadline) fail(`The sample did not answer ${page} in time.`);
  await new Promise((resolve) => setTimeout(resolve, 500));
}

function isRunning(id) {
  try {
    return process.kill(Number(id), 0);
  } catch {
    return false;
  }
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}
