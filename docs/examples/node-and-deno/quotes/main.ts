/** The quotes: every GET is answered with the next one. */

const quotes: string[] = ["well begun is half done", "many hands make light work"];
let next = 0;

const port = Number(Deno.env.get("QUOTES_PORT") ?? "7421");
const server = Deno.serve(
  { hostname: "127.0.0.1", port, onListen: () => console.log(`quotes: ready on port ${port}`) },
  () => new Response(quotes[next++ % quotes.length] + "\n"),
);

let asked = 0;
async function close() {
  asked += 1;
  await server.shutdown();
  console.log(`quotes: closed, asked ${asked} time(s)`);
  Deno.exit(0);
}

Deno.addSignalListener("SIGINT", close);
Deno.addSignalListener("SIGTERM", close);
