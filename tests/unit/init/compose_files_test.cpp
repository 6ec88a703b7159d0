#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, the_file_that_goes_over_another_has_any_of_composes_names) {
  const std::vector<std::string> names{"docker-compose.override.yaml", "docker-compose.override.yml",
                                       "compose.override.yaml", "compose.override.yml"};
  write("compose.yaml", "services: {a: {image: i, command: of the base}}\n");
  for (const std::string& name : names) {
    write(name, "services: {a: {command: [" + name + "]}}\n");
    EXPECT_THAT(line("\"a\": {"), HasSubstr("[\"" + name + "\"]")) << "it wins over those before it";
  }
}

TEST_F(Init, each_document_of_a_compose_file_goes_over_those_before_it) {
  write("compose.yaml", R"(---
services:
  a: {image: i, command: one, environment: [A=1]}
  c: {extends: {file: more.yaml, service: base}}
---
services:
  a: {command: two, environment: {B: 2}}
  b: {image: k, extends: a}
volumes: {v: {name: w}}
---
)");
  write("more.yaml",
        "services: {base: {image: j}}\n---\nservices: {base: {command: three}, other: {image: k}}\n");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("a", "b", "c", "up"));
  EXPECT_THAT(line("\"a\": {"), AllOf(HasSubstr("[\"two\"]"), HasSubstr(R"("A": "1", "B": "2")")));
  EXPECT_THAT(line("\"b\": {"), HasSubstr("[\"two\"]"));
  EXPECT_THAT(line("\"c\": {"), AllOf(HasSubstr("\"j\""), HasSubstr("[\"three\"]")));
}

TEST_F(Init, what_a_layer_resets_is_gone_and_what_it_overrides_is_replaced) {
  write("compose.yaml", R"(
services:
  a: {image: i, command: x, ports: ["1:1"], environment: {A: 1, B: 2}, build: {context: ., args: {X: 1}}}
  b: {image: i}
  c: {image: i, command: y, ports: !reset ["2:2"], environment: {A: 1, B: !reset null}, user: !reset null}
volumes: {v: {name: w}}
)");
  write("compose.override.yaml", R"(
services:
  a: {command: !reset null, ports: !override ["3:3"], environment: {B: !reset null}, build: {args: !override {Y: 2}}}
  b: !reset null
  c: !override {image: j, environment: {C: 3}}
  d: !reset {}
volumes: {v: !reset null}
)");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("a", "c", "up"));
  const std::string a = line("\"a\": {");
  EXPECT_THAT(a, AllOf(Not(HasSubstr("command")), HasSubstr(R"("ports": ["3:3"])"),
                       HasSubstr(R"("env": { "A": "1" })"), HasSubstr(R"("args": { "Y": "2" })")));
  EXPECT_THAT(line("\"c\": {"), AllOf(HasSubstr(R"("env": { "C": "3" })"), Not(HasSubstr("command"))));
  write("compose.override.yaml", "services: {}\n");
  EXPECT_THAT(line("\"c\": {"), AllOf(HasSubstr(R"("env": { "A": "1" })"), Not(HasSubstr("ports")),
                                      Not(HasSubstr("null")), Not(HasSubstr("user"))))
      << "there is nothing below that it could take away";
}

TEST_F(Init, what_is_built_from_no_folder_or_no_file_is_left_out_and_told) {
  write("Dockerfile", "FROM other\n");
  write("compose.yaml", R"(
services:
  inline: {build: {context: ., dockerfile_inline: "FROM i"}}
  named: {image: mine, build: {dockerfile_inline: "FROM i"}}
  far: {build: "https://github.com/x/y.git#main:sub"}
  ssh: {build: {context: "git@github.com:x/y.git"}}
  hub: {build: github.com/x/y}
  web: {image: i, depends_on: [far]}
)");
  EXPECT_THAT(names(workspace().projects.at("./").tasks), ElementsAre("named", "up", "web"));
  EXPECT_THAT(line("\"named\": {"), AllOf(HasSubstr(R"("image": "mine")"), Not(HasSubstr("build"))));
  EXPECT_THAT(text(),
              AllOf(HasSubstr("// inline is left out: its build has a dockerfile_inline, not a file.\n"),
                    HasSubstr("// far is left out: it is built from https://github.com/x/y.git#main:sub, "
                              "which is no folder.\n"),
                    HasSubstr("// ssh is left out: it is built from git@github.com:x/y.git, which"),
                    HasSubstr("// hub is left out: it is built from github.com/x/y, which"),
                    HasSubstr("build (its build has a dockerfile_inline, not a file) of named"),
                    HasSubstr("web doesn't wait for far, which isn't there.")));
}

TEST_F(Init, where_every_service_is_left_out_it_is_said_why) {
  write("compose.yaml", "services: {far: {build: \"https://x/y.git\"}}\n");
  for (const std::optional<std::string>& from :
       {std::optional<std::string>(), std::optional<std::string>("compose.yaml")})
    EXPECT_THAT(text(from),
                AllOf(HasSubstr("failed: "), HasSubstr("far is left out: it is built from https://x/y.git")));
}

TEST_F(Init, each_setting_of_a_long_form_is_taken_over_or_told) {
  write("compose.yaml", R"(
services:
  a:
    image: i
    attach: false
    privileged: false
    volumes:
      - {type: bind, source: ./x, target: /x, read_only: true, bind: {propagation: rslave, selinux: z}}
      - {type: bind, source: ./y, target: /y, bind: {recursive: disabled}}
      - {type: volume, source: v, target: /v, volume: {nocopy: true}}
    secrets: [{source: s, target: t, uid: "1", mode: 0400}]
    deploy: {resources: {limits: {pids: 9}, reservations: {memory: 1m, cpus: "1"}}}
  b: {image: i, attach: true}
volumes: {v: {name: w, driver: nfs}}
secrets: {s: {file: ./s.txt}}
)");
  EXPECT_THAT(line("\"a\": {"), HasSubstr(R"("volumes": ["./x:/x:ro,z,rslave", "./y:/y", "w:/v:nocopy", )"
                                          R"("./s.txt:/run/secrets/t:ro"])"));
  const std::string made = text();
  EXPECT_THAT(made,
              HasSubstr("// Not taken over: attach, bind.recursive, the driver of the volume v, secrets.uid, "
                        "secrets.mode and deploy.resources.reservations.memory of a.\n"));
  EXPECT_THAT(made, Not(HasSubstr("privileged")));
}

TEST_F(Init, secrets_and_configs_are_written_with_the_variables_of_their_paths) {
  write("compose.yaml", R"(
services:
  a:
    image: i
    secrets: [s]
    configs: [{source: c, target: "${WHERE:-/etc}/$${c}"}]
secrets: {s: {file: "${FOLDER:-./sec}/s.txt"}}
configs: {c: {file: "conf/$${x}.conf"}}
)");
  EXPECT_THAT(line("\"a\": {"), HasSubstr(R"("volumes": ["${FOLDER:-./sec}/s.txt:/run/secrets/s:ro", )"
                                          R"("./conf/$${x}.conf:${WHERE:-/etc}/$${c}:ro"])"));
}

TEST_F(Init, an_empty_value_of_a_variable_that_must_be_set_is_none) {
  const char* services =
      "services: {db: {image: x, environment: {P: '${PW:?error}', Q: '${A?no}${PW:?}', T: '${TAG:?no}'}}}\n";
  write("compose.yaml", services);
  write(".env", "PW=\nA=\nTAG=1\n");
  EXPECT_THAT(text(), HasSubstr("// compose wants these to be set: A, PW and TAG.\n"))
      << "also those that are set here: another clone has no .env";
  EXPECT_THAT(line("\"db\": {"), HasSubstr(R"("env": { "P": "${PW}", "Q": "${A}${PW}", "T": "${TAG}" })"));
  write(".env", "PW=\nY=${PW:?why}\nTAG=1\n");
  EXPECT_THAT(line("\"db\": {"), HasSubstr(R"("P": "${PW}")"));
  EXPECT_THAT(text(), HasSubstr("// Not read: .env:2:3: \"PW\" has no value: why; the line is left out.\n"));
}

TEST_F(Init, a_compose_file_in_which_no_document_can_begin_is_not_understood) {
  for (const char* file : {", a\n", "a: {b: 1}\n---\n: , ]\nb", "]\n"}) {
    write("compose.yaml", file);
    EXPECT_THAT(text(), HasSubstr("failed: ")) << file;
  }
}

TEST_F(Init, a_dollar_before_a_digit_stands_for_itself) {
  write("compose.yaml", R"(services:
  a: {image: x, environment: ["H=${H:-$2a$14$1l.Io}", "P=a$2"], command: ["sh", "-c", "echo $1 $X"]}
)");
  EXPECT_THAT(text(), AllOf(HasSubstr(R"("H": "${H:-$2a$14$1l.Io}")"), HasSubstr(R"("P": "a$2")"),
                            HasSubstr(R"(["sh", "-c", "echo $1 ${X}"])")));
}

TEST_F(Init, where_no_variable_can_stand_is_told) {
  write("compose.yaml", R"(
services:
  db:
    image: x
    restart: ${R:-always}
    mem_limit: ${M:-1g}
    network_mode: ${N:-host}
    healthcheck: {test: "ask $A $$B", interval: "${IV}", timeout: 3s}
    profiles: ["${P:-}"]
    ulimits: {nofile: "${UL:-1000}"}
  web: {image: x, restart: "$$X", deploy: {resources: {limits: {memory: "${M:-2g}"}}}}
  plain: {image: "${IMAGE:-x}", environment: {A: "${A}"}, ports: ["${PORT}:80"], restart: always}
)");
  EXPECT_THAT(line("\"db\": {"),
              AllOf(HasSubstr(R"("memory": "${M:-1g}")"), HasSubstr(R"("network": "${N:-host}")")));
  EXPECT_THAT(line("\"web\": {"), HasSubstr(R"("memory": "${M:-2g}")"));
  EXPECT_THAT(text(),
              HasSubstr("// No variable can stand in these: they have the values of now, or are left out "
                        "without one: db.restart, db.healthcheck.interval, db.profiles and db.ulimits.\n"));
}

TEST_F(Init, each_variable_of_a_compose_file_is_kept_or_told) {
  write("compose.yaml", R"(services:
  db:
    image: x
    cap_add: ["${CAP:-NET_ADMIN}"]
    group_add: ["${G:-audio}", "a$$b"]
    security_opt: ["${S:-no-new-privileges}"]
    privileged: ${PR:-true}
    pids_limit: ${PL:-100}
    dns: ["${DNS:-1.1.1.1}"]
    expose: ["${EX:-80}"]
    build: {context: "${B:-.}", args: {A: "${A:-1}"}, network: "${BN:-x}"}
    tmpfs: ["${T:-/tmp}"]
    deploy:
      replicas: "${R:-1}"
      labels: {a: "${L:-x}"}
      restart_policy: {condition: "${C:-any}", delay: "${D:-1s}"}
      resources: {limits: {cpus: "${CP:-2}", memory: "${M:-2g}", pids: "${P:-1}"}}
    networks: {default: {aliases: ["${AL:-foo}"], ipv4_address: "${IP:-1.1.1.1}"}}
)");
  const std::string made = text();
  for (const char* part : {R"("capAdd": ["${CAP:-NET_ADMIN}"])", R"("groupAdd": ["${G:-audio}", "a$$b"])",
                           R"("securityOpt": ["${S:-no-new-privileges}"])", R"("dns": ["${DNS:-1.1.1.1}"])"})
    EXPECT_THAT(made, HasSubstr(part));
  EXPECT_THAT(
      made,
      HasSubstr("or are left out without one: db.privileged, db.pids_limit, db.tmpfs, db.deploy.replicas, "
                "db.deploy.restart_policy.condition, db.deploy.resources.limits.cpus, "
                "db.deploy.resources.limits.pids and db.networks.aliases.\n"));
}

TEST_F(Init, an_env_file_of_an_include_gives_defaults_and_no_values_of_the_project) {
  write(".env", "DB_PASSWORD=hunter2\nHOST=h\n");
  write("compose.yaml", "include: [{path: [db/compose.yml], env_file: [db/defaults.env, .env]}]\n");
  write("db/compose.yml", R"(services:
  db:
    image: "d:${TAG}"
    command: "go $FLAGS $API_TOKEN"
    environment:
      DB_PASSWORD: "${DB_PASSWORD:?set it}"
      LEVEL: "${LEVEL:-info}"
      FORMS: "${TAG:-a}${TAG-a}${TAG:?a}${TAG+a}${TAG:+$LEVEL}${NONE:-a}${NONE+a}"
      KEY:
      URL: $URL
      JSON: $JSON
      BROKEN: $BROKEN
      MAIL: $MAIL
      DSN: $DSN
      OLD: $OLD
)");
  write("db/defaults.env",
        "TAG=16\nKEY=k\nURL=http://$HOST:${HOST}/$TAG\nFLAGS=a b\nAPI_TOKEN=two words\nNONE=\n"
        "JSON='{\"a\": "
        "1}'\nBROKEN='}'\nROOT_PASSWORD=root\nMAIL=root@x\nDSN=db/$DB_PASSWORD\nOLD=db/hunter2\n");
  const std::string db = line("\"db\": {");
  for (const char* part :
       {R"("image": "d:${TAG-16}")", R"("DB_PASSWORD": "${DB_PASSWORD}")", R"("LEVEL": "${LEVEL:-info}")",
        R"("FORMS": "${TAG:-16}${TAG-16}${TAG-16}a${LEVEL}${NONE:-a}a")", R"("KEY": "${KEY-k}")",
        R"("URL": "${URL-http://${HOST}:${HOST}/16}")", R"("JSON": "${JSON-{\"a\": 1}}")",
        R"("BROKEN": "${BROKEN}")", R"("MAIL": "${MAIL-root@x}")", R"("DSN": "${DSN-db/${DB_PASSWORD}}")",
        R"("OLD": "${OLD}")", R"("command": ["go", "${FLAGS-a b}", "${API_TOKEN}"])"})
    EXPECT_THAT(db, HasSubstr(part));
  EXPECT_THAT(text(),
              AllOf(HasSubstr("// What db/defaults.env says stands here as defaults: "),
                    HasSubstr("// compose wants these to be set: DB_PASSWORD.\n"),
                    HasSubstr("the values of API_TOKEN, BROKEN and OLD in files that dream doesn't read."),
                    Not(HasSubstr("hunter2")), Not(HasSubstr("two words"))));
}

TEST_F(Init, all_files_of_defaults_are_named) {
  write("compose.yaml", "include: [{path: one.yml, env_file: [inc/one.env, inc/two.env]}]\nservices: {}\n");
  write("one.yml", "services: {db: {image: \"d:${ONE}-${TWO}\"}}\n");
  write("inc/one.env", "ONE=1\n");
  write("inc/two.env", "TWO=2\n");
  EXPECT_THAT(text(), HasSubstr("// What inc/one.env and inc/two.env say stands here as defaults: "));
}

TEST_F(Init, what_an_included_file_wants_to_be_set_is_named_too) {
  write("compose.yaml", "include: [db/compose.yml]\nservices: {web: {image: \"w:${W:?no}\"}}\n");
  write("db/compose.yml", "services: {db: {image: \"d:${TAG:?give it}\"}}\n");
  EXPECT_THAT(text(), HasSubstr("// compose wants these to be set: TAG and W.\n"));
}

}  // namespace
}  // namespace dream::init
