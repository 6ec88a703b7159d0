// node editor_test.js SERVICE SCHEMA: what Visual Studio Code offers, shows and underlines at some places of a dream.json.
// SERVICE is where npm has installed vscode-json-languageservice.
const fs = require('node:fs');
const { createRequire } = require('node:module');
const [folder, schemaFile] = process.argv.slice(2);
const { getLanguageService, TextDocument } = createRequire(`${folder}/`)('vscode-json-languageservice');

const service = getLanguageService({});
const schema = JSON.parse(fs.readFileSync(schemaFile, 'utf8'));
service.configure({ validate: true, schemas: [{ uri: schema.$id, fileMatch: ['*'], schema }] });

// `text`: a file with a cursor, |. `offers`: some of what is completed there, with what is said of it; `withholds`: what
// is not; `shows`: a part of the hover; `errors`: all of them, each with the text that is underlined.
const project = (members) => `{ "projects": { "./db": { ${members} } } }`;
const task = (members) => project(`"tasks": { "start": { ${members} } }`);
const entries = (elements) => `{ "workspace": { "./api": { "dev": [${elements}] } } }`;
const places = [
  { text: '{ | }', offers: { executor: 'that names none', workspace: 'What each task depends on' }, errors: [] },
  { text: task('|'), offers: { command: 'shell line', stop: 'is stopped', options: 'for this task' }, errors: [] },
  { text: '{ "executor": | }', offers: { '"shell"': '', '"npm"': '', '"deno"': '', '"docker"': '' } },
  {
    text: project('"executor": "docker", "options": { |"imge": "x", "init": 5 }'),
    offers: { image: 'postgres:16', healthcheck: 'healthy', labels: 'container' },
    withholds: ['packageManager', 'shell'],
    errors: ['"imge": Property imge is not allowed.', '5: Incorrect type. Expected one of boolean, null.'],
  },
  {
    text: '{ "executor": "npm", "projects": { "./db": { "tasks": { "start": { "options": { "script": "a", | } } } } } }',
    offers: { packageManager: 'runs the scripts' },
    withholds: ['image', 'permissions'],
  },
  {
    text: project('"executor": "docker", "tasks": { "start": { "executor": "deno", "options": { | } } }'),
    offers: { permissions: 'what a script may do' },
    withholds: ['image'],
  },
  { text: project('"options": { |"own": true }'), offers: { strict: 'ends the line' }, errors: [] },
  {
    text: '{ "executors": { "docker": { "plugin": "./own.so", "options": { |"own": true } } } }',
    withholds: ['image'],
    errors: [],
  },
  {
    text: task('"restart": |"sometimes", "stop": { "gracems": 1 }'),
    offers: { '"failure"': '', '"always"': '' },
    shows: 'Whether the step is started again',
    errors: ['"gracems": Property gracems is not allowed.',
             '"sometimes": Write "no", "failure" or "always", or an object.'],
  },
  {
    text: task('"del|ay": "2sec", "timeout": "0s", "readyTimeout": true'),
    shows: 'how long the next step waits',
    errors: ['"0s": This time is longer than 0.',
             '"2sec": Write a time such as "500ms", "2s", "1m30s" or "1h", or the number of milliseconds.',
             'true: Incorrect type. Expected one of number, string.'],
  },
  {
    text: entries('{ | }, 5, { "project": "a", "projectPath": "b" }'),
    offers: { projectPath: 'by its path', waitFor: 'waits for' },
    withholds: ['project'],
    errors: ['5: Incorrect type. Expected one of string, object, array.', '{: Missing property "projectPath".',
             '{ "project": "a", "projectPath": "b" }: "project" is "projectPath" once more: remove one of them.'],
  },
  {
    text: entries('{ "projectPath": "./db", "waitFor": |"redy" }, ["/etc"]'),
    offers: { '"started"': 'has been started', '"ready"': 'have passed' },
    errors: ['"/etc": Write the path of a project from the workspace root, "./services/api".',
             '"redy": Value is not accepted. Valid values: "started", "ready".'],
  },
  {
    text: project('"executor": "docker", "options": { "pull": |"alway", "platform": "${PLATFORM}", "user": null }'),
    offers: { '"always"': '', '"missing"': '' },
    shows: 'when the image is pulled',
    errors: ['"alway": Value is not accepted. Valid values: "always", "missing", "never".'],
  },
  {
    text: task('"service": true, "async": false, "ready": { |"port": 1, "tcp": "x" }'),
    offers: { http: 'answers this URL' },
    errors: ['"x": Write a host and a port: "localhost:5432" or "[::1]:5432".',
             '{ "port": 1, "tcp": "x" }: Object has more properties than limit of 1.',
             'false: A service is always async: remove this, or make it no service.'],
  },
];

const plainText = (documentation) => (documentation && documentation.value) || documentation || '';

async function faultsOf({ text, offers = {}, withholds = [], shows, errors }) {
  const faults = [];
  const offset = text.indexOf('|');
  const file = TextDocument.create('file:///dream.json', 'json', 1, text.replace('|', ''));
  const json = service.parseJSONDocument(file);
  const cursor = file.positionAt(offset);
  const items = new Map((await service.doComplete(file, cursor, json)).items.map((item) => [item.label, item]));
  for (const [label, words] of Object.entries(offers)) {
    if (!items.has(label)) faults.push(`doesn't offer ${label}, but ${[...items.keys()].join(', ')}`);
    else if (!plainText(items.get(label).documentation).includes(words))
      faults.push(`says of ${label}: ${plainText(items.get(label).documentation)}`);
  }
  for (const label of withholds) if (items.has(label)) faults.push(`offers ${label}`);
  const hover = await service.doHover(file, cursor, json);
  if (shows && !(hover && hover.contents.join('').includes(shows))) faults.push(`shows ${JSON.stringify(hover)}`);
  const found = (await service.doValidation(file, json, { trailingCommas: 'ignore', comments: 'ignore' }))
    .map((error) => `${file.getText(error.range)}: ${error.message}`).sort();
  if (errors && JSON.stringify(found) !== JSON.stringify([...errors].sort())) faults.push(`finds ${found.join('\n    ')}`);
  return faults;
}

(async () => {
  let failures = 0;
  for (const place of places) {
    for (const fault of await faultsOf(place)) {
      console.log(`${place.text}\n  ${fault}`);
      ++failures;
    }
  }
  console.log(`${places.length} places, ${failures} failures`);
  process.exitCode = failures === 0 ? 0 : 1;
})();
