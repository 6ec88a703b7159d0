// The web server: GET / shows a quote.
import http from "node:http";

const quotes = `http://127.0.0.1:${process.env.QUOTES_PORT ?? "7421"}`;
const port = Number(process.env.WEB_PORT ?? "7422");

const server = http.createServer(async (_request, response) => {
  try {
    const quote = await (await fetch(quotes)).text();
    response.end(`they say: ${quote}`);
  } catch {
    response.writeHead(503).end("nobody says anything\n");
  }
});

let asked = 0;
function close() {
  asked += 1;
  server.closeAllConnections();
  server.close(() => {
    console.log(`web: closed, asked ${asked} time(s)`);
    process.exit(0);
  });
}

process.on("SIGINT", close);
process.on("SIGTERM", close);

server.listen(port, "127.0.0.1", () => console.log(`web: ready on port ${port}`));
