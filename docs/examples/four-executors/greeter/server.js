// The greeter: GET /ada greets the person that the database has under that name.
import http from "node:http";

const database = `http://127.0.0.1:${process.env.DATABASE_PORT}`;
const port = Number(process.env.GREETER_PORT);

const server = http.createServer(async (request, response) => {
  try {
    const answer = await fetch(`${database}/people${request.url}`);
    response.end(answer.ok ? `hello, ${await answer.text()}` : "hello, stranger\n");
  } catch {
    response.writeHead(503).end("no database\n");
  }
});

function close() {
  server.closeAllConnections();
  server.close(() => {
    console.log("greeter: closed");
    process.exit(0);
  });
}

process.on("SIGINT", close);
process.on("SIGTERM", close);

server.listen(port, "127.0.0.1", () => console.log(`greeter: ready on port ${port}`));
