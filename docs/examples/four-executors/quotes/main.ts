/** The quotes: every GET is answered with the next one that the database has. */

const database = `http://127.0.0.1:${Deno.env.get("DATABASE_PORT")}`;
const port = Number(Deno.env.get("QUOTES_PORT"));
let next = 0;

async function quote(): Promise<Response> {
  try {
    const answer = await fetch(`${database}/quotes`);
    const lines = (await answer.text()).trimEnd().split("\n");
    return new Response(lines[next++ % lines.length] + "\n");
  } catch {
    return new Response("no database\n", { status: 503 });
  }
}

const server = Deno.serve(
  { hostname: "127.0.0.1", port, onListen: () => console.log(`quotes: ready on port ${port}`) },
  quote,
);

async function close() {
  await server.shutdown();
  console.log("quotes: closed");
  Deno.exit(0);
}

Deno.addSignalListener("SIGINT", close);
Deno.addSignalListener("SIGTERM", close);
