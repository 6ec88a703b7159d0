#include <gmock/gmock.h>

#include "init/compose_values.hpp"
#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, services_of_a_compose_file_become_tasks_in_containers) {
  write("compose.yaml", R"(
services:
  web:
    build: ./api
    ports: ["8080:80", 3000]
    depends_on:
      migrate: {condition: service_completed_successfully}
      db: {condition: service_healthy}
    environment: [A=1, TOKEN]
    healthcheck: {test: x}
  migrate:
    image: "m:1"
    command: ["npm", "run", "migrate"]
    depends_on: [db]
  db:
    image: postgres:16
    environment: {PASSWORD: dev}
    stop_signal: SIGINT
    stop_grace_period: 1m30s
)");
  const Workspace made = workspace();
  const auto& tasks = made.projects.at("./").tasks;
  EXPECT_THAT(names(tasks), ElementsAre("db", "migrate", "up", "web"));
  EXPECT_EQ(made.projects.at("./").executor, "docker");
  EXPECT_EQ(tasks.at("db").service, true) << "it is waited for until it is healthy";
  EXPECT_EQ(tasks.at("db").stop_grace, std::chrono::seconds(90));
  EXPECT_EQ(tasks.at("web").stop_grace, std::chrono::seconds(10)) << "compose's own";
  EXPECT_EQ(tasks.at("db").env.at(0).second, "dev");
  EXPECT_EQ(tasks.at("migrate").service, std::nullopt) << "web waits for its end";
  EXPECT_THAT(needs(made, "./", "web"), ElementsAre("./:migrate", "& ./:db"));
  EXPECT_THAT(needs(made, "./", "up"), ElementsAre("./:web optional", "& ./:migrate", "& ./:db"));
  EXPECT_THAT(line("\"web\": {"),
              HasSubstr(R"("build": { "context": "./api" }, "ports": ["8080:80", "3000"])"));
  EXPECT_THAT(text(), HasSubstr(R"("env": ["TOKEN"])"));
  EXPECT_THAT(plan(made, "./", "up"), ElementsAre("./:db b", "./:migrate", "./:web b", "./:up b"));
  EXPECT_THAT(plan(made, "./", "web"), ElementsAre("./:db b", "./:migrate", "./:web b"));
}

TEST_F(Init, a_compose_file_is_read_as_compose_reads_it) {
  write("one.env", "");
  write("compose.yaml", R"(
name: shop
x-base: &base
  image: "app:${TAG:-1.2}"
  environment: &env {LEVEL: info, "A=B": x, HOME: "${HOME}", PRICE: "5$$"}
services:
  one:
    <<: *base
    environment:
      <<: *env
      LEVEL: debug
    ports:
      - {target: 80, published: 8080, host_ip: 127.0.0.1}
      - {target: 53, protocol: udp}
    volumes:
      - {type: volume, source: data, target: /data, read_only: true}
    env_file: [{path: one.env, required: false}]
    command: run $WHERE
  two:
    image: other
    volumes: [{type: npipe, source: a, target: b}]
)");
  const Workspace made = workspace();
  const TaskSettings& one = made.projects.at("./").tasks.at("one");
  EXPECT_THAT(one.env, ElementsAre(testing::Pair("LEVEL", "debug"), testing::Pair("HOME", "<HOME>"),
                                   testing::Pair("PRICE", "5$")));
  EXPECT_THAT(one.env_files, ElementsAre("one.env"));
  EXPECT_THAT(text(), HasSubstr(R"("image": "app:${TAG:-1.2}")"));
  EXPECT_THAT(text(), HasSubstr(R"("ports": ["127.0.0.1:8080:80", "53/udp"])"));
  EXPECT_THAT(text(), HasSubstr(R"("volumes": ["shop_data:/data:ro"])"));
  EXPECT_THAT(text(), HasSubstr("// Not taken over: a volume (npipe) of two.\n"));
}

TEST_F(Init, an_alias_that_holds_itself_is_an_error) {
  write("compose.yaml", "services: &all\n  one: {image: x, labels: *all}\n");
  EXPECT_THAT(text(), HasSubstr("compose.yaml: the file can't be understood"));
}

TEST_F(Init, commands_of_a_compose_file_are_split_into_words_without_a_shell) {
  write("compose.yaml",
        "services:\n"
        "  db: { image: mysql, command: --default-authentication-plugin=x --sql_mode='A B' }\n"
        "  web: { image: i, entrypoint: /entry.sh --flag \"two words\" a\\ b '' }\n");
  const std::string made = text();
  EXPECT_THAT(made, HasSubstr(R"("command": ["--default-authentication-plugin=x", "--sql_mode=A B"])"));
  EXPECT_THAT(made, HasSubstr(R"("entrypoint": ["/entry.sh", "--flag", "two words", "a b", ""])"));
  write("compose.yaml", "services: { db: { image: i, command: \"a 'x;y' b\\\\&c && d | e\" } }\n");
  EXPECT_THAT(text(),
              AllOf(HasSubstr(R"("command": ["a", "x;y", "b&c"])"),
                    HasSubstr("db: its command has no shell, and compose ends it before: && d | e\n")));
  write("compose.yaml", "services: { db: { image: i, command: \"echo 'it\" } }\n");
  EXPECT_THAT(text(), AllOf(HasSubstr("failed: compose.yaml"), HasSubstr("a quote without its end")));
}

TEST_F(Init, a_long_text_that_stands_in_many_places_is_refused) {
  std::string many;
  for (int i = 0; i < 1000; ++i) many += "*a, ";
  write("compose.yaml", "x: &a \"" + std::string(100'000, 'y') +
                            "\"\nservices: { db: { image: i, environment: [" + many + "] } }\n");
  EXPECT_THAT(text(), HasSubstr("too much text in its values"));
}

TEST_F(Init, what_is_built_is_not_pulled_under_the_name_it_gets) {
  write("compose.yaml", "services: {a: {image: own, build: ./a}, b: {image: own}, c: {image: other}}\n");
  EXPECT_THAT(line("\"a\": {"),
              AllOf(HasSubstr(R"("build": { "context": "./a" })"), Not(HasSubstr("\"image\""))));
  EXPECT_THAT(line("\"b\": {"),
              AllOf(HasSubstr(R"("build": { "context": "./a" })"), Not(HasSubstr("\"image\""))));
  EXPECT_THAT(line("\"c\": {"), HasSubstr(R"("image": "other")"));
}

constexpr const char* many_variables = R"(
services:
  a:
    image: "x:${TAG}"
    command: run $WHERE --to "${DIR:-/a b}" $$$$x
    working_dir: ${HOME}/x
    build: {context: ., args: {A: "${TAG:-2}", B: $TAG, C: }}
    restart: ${RESTART:-always}
    ports: ["${PORT:-80}:80", {target: 81, published: "${OTHER:-82}"}]
    volumes: ["${DATA:-./data}:/data", "${VOLUME:-store}:/store", {type: bind, source: "${DATA:-./data}/x", target: /x}]
    healthcheck: {test: [CMD-SHELL, "ask -U $${U} $$U ${TAG}"], interval: "${EVERY:-5s}"}
    environment:
      - A=${TAG:-2}${NONE:-${QUOTED}$TAG}
      - B=a$$b$${C}
      - E=${NONE:?must be set}${ALSO?}
      - X=${X}
      - TOKEN
      - OUTSIDE
)";

TEST_F(Init, variables_of_a_compose_file_of_the_root_stay_variables) {
  write(".env", "TAG=1\nQUOTED='a b'\nTOKEN=t\n");
  write("compose.yaml", many_variables);
  const std::string a = line("\"a\": {");
  for (const char* part :
       {R"("command": ["run", "${WHERE}", "--to", "${DIR:-/a b}", "$$$$x"])", R"("workdir": "${HOME}/x")",
        R"("args": { "A": "${TAG:-2}", "B": "${TAG}" })", R"("restart": { "on": "always", "max": 0 })",
        R"("ports": ["${PORT:-80}:80", "${OTHER:-82}:81"])", R"("${DATA:-./data}:/data")",
        R"(_${VOLUME:-store}:/store")", R"("${DATA:-./data}/x:/x")", R"("test": "ask -U $${U} $$U ${TAG}")",
        R"("interval": 5000)", R"("A": "${TAG:-2}${NONE:-${QUOTED}${TAG}}")", R"("B": "a$$b$${C}")",
        R"("E": "${NONE}${ALSO}")", R"("X": "${X}")", R"("TOKEN": "${TOKEN}")", R"("env": ["OUTSIDE"])"})
    EXPECT_THAT(a, HasSubstr(part));
  EXPECT_EQ(workspace().projects.at("./").tasks.at("a").env.at(1).second, "a$b${C}");
  EXPECT_THAT(text(),
              AllOf(HasSubstr("// compose wants these to be set: ALSO and NONE.\n"), Not(HasSubstr(".env"))));
}

TEST_F(Init, variables_of_a_compose_file_elsewhere_have_the_values_of_the_env_file_beside_it_as_defaults) {
  write("deploy/.env", "TAG=1\nQUOTED='a b'\nTOKEN=t\nDOLLAR='${x}'\n");
  write("deploy/compose.yaml", std::string(many_variables) + "      - D=$DOLLAR\n");
  const std::string made = text("deploy/compose.yaml");
  for (const char* part :
       {R"("${DIR:-/a b}")", R"("args": { "A": "${TAG:-1}", "B": "${TAG-1}" })",
        R"(["${PORT:-80}:80", "${OTHER:-82}:81"])", R"("test": "ask -U $${U} $$U ${TAG-1}")",
        R"("A": "${TAG:-1}${NONE:-${QUOTED-a b}${TAG-1}}")", R"("TOKEN": "${TOKEN}")",
        R"("D": "${DOLLAR-$${x}}")"})
    EXPECT_THAT(made, HasSubstr(part));
  EXPECT_THAT(made, AllOf(HasSubstr("// What deploy/.env says stands here as defaults: dream reads only the "
                                    ".env of the root.\n"),
                          HasSubstr("or can't be said: the values of TOKEN in")));
}

TEST_F(Init, what_is_no_variable_is_an_error_as_with_compose) {
  write("compose.yaml", "services: {a: {image: \"x:${a b}\"}}\n");
  EXPECT_THAT(text(), AllOf(HasSubstr("failed: compose.yaml"), HasSubstr("is no variable")));
}

TEST_F(Init, a_variable_that_holds_more_than_one_word_is_written_as_words) {
  write(".env", "FLAGS=--a --b\nBOTH=./x:/x\n");
  write("compose.yaml",
        "services: {a: {image: i, command: run $FLAGS, volumes: ['v$BOTH'], ports: ['$NONE:80:80']}}\n");
  EXPECT_THAT(line("\"a\": {"), HasSubstr(R"("command": ["run", "--a", "--b"])"));
}

TEST_F(Init, named_volumes_are_the_projects_own_as_with_compose) {
  write("compose.yaml", R"(
name: shop
services:
  db: {image: i, volumes: ["data:/d", "./x:/x", "/cache", "theirs:/t:ro", "named:/n", {type: bind, source: conf, target: /c}]}
volumes: {data: {}, theirs: {external: true}, named: {name: n1}}
)");
  EXPECT_THAT(
      line("\"db\": {"),
      HasSubstr(R"("volumes": ["shop_data:/d", "./x:/x", "/cache", "theirs:/t:ro", "n1:/n", "./conf:/c"])"));
  write("compose.yaml",
        "services: {db: {image: i, volumes: ['$PWD:/p', '${HOME}/.x:/x', '${OTHER}/y:/y']}}\n");
  EXPECT_THAT(line("\"db\": {"), HasSubstr(R"("volumes": [".:/p", "~/.x:/x", "${OTHER}/y:/y"])"));
  write("compose.yaml", "services: {db: {image: i, volumes: ['data:/d']}}\n");
  write(".env", "COMPOSE_PROJECT_NAME=mine\n");
  EXPECT_THAT(line("\"db\": {"), HasSubstr(R"("mine_data:/d")"));
  write(".env", "");
  write("My App/compose.yaml", "services: {db: {image: i, volumes: ['data:/d']}}\n");
  EXPECT_THAT(text("My App/compose.yaml"), HasSubstr(R"("myapp_data:/d")"));
}

TEST_F(Init, layers_extends_and_includes_make_one_file) {
  write("compose.yaml", R"(
include: [other/compose.yaml]
services:
  web:
    extends: {service: base, file: common/base.yaml}
    ports: ["80:80"]
    command: [run, it]
    environment: {A: "1", B: "1"}
  gone: {image: i, ports: ["1:1"]}
)");
  write("compose.override.yaml", R"(
services:
  web:
    ports: ["81:81"]
    command: [debug]
    environment: [B=2]
    depends_on: [db]
  gone: {ports: !reset [], image: j}
)");
  write("common/base.yaml", R"(
services:
  root: {image: r, labels: [x=y]}
  base: {extends: root, build: ./img, env_file: base.env, volumes: ["./data:/d"]}
)");
  write("other/compose.yaml", "services: {db: {image: \"pg:${V}\", volumes: ['./d:/d']}}\n");
  write("other/.env", "V=16\n");
  const Workspace made = workspace();
  EXPECT_THAT(names(made.projects.at("./").tasks), ElementsAre("db", "gone", "up", "web"));
  const std::string web = line("\"web\": {");
  EXPECT_THAT(web, HasSubstr(R"("build": { "context": "./common/img" })"));
  EXPECT_THAT(web, HasSubstr(R"("envFile": ["./common/base.env"])"));
  EXPECT_THAT(web, HasSubstr(R"("volumes": ["./common/data:/d"])"));
  EXPECT_THAT(web, HasSubstr(R"("labels": { "x": "y" })"));
  EXPECT_THAT(web, HasSubstr(R"("ports": ["80:80", "81:81"])"));
  EXPECT_THAT(web, HasSubstr(R"("command": ["debug"])"));
  EXPECT_THAT(web, HasSubstr(R"("env": { "A": "1", "B": "2" })"));
  EXPECT_THAT(needs(made, "./", "web"), ElementsAre("./:db optional"));
  EXPECT_THAT(line("\"db\": {"), AllOf(HasSubstr("\"pg:${V-16}\""), HasSubstr("\"./other/d:/d\"")));
  EXPECT_THAT(line("\"gone\": {"), AllOf(HasSubstr("\"j\""), Not(HasSubstr("ports"))));
  EXPECT_THAT(names(workspace("compose.yaml").projects.at("./").tasks),
              ElementsAre("db", "gone", "up", "web"));
  EXPECT_THAT(text("compose.yaml"), HasSubstr("[\"run\", \"it\"]")) << "the file that is named alone";
}

TEST_F(Init, a_layer_may_take_away_and_replace) {
  write("compose.yaml", R"(
services:
  a: {image: i, depends_on: [b], environment: [A=1], ports: ["1:1"], volumes: ["./a:/a", "./b:/b"], labels: [l=1]}
  b: {image: i}
)");
  write("compose.override.yaml", R"(
services:
  a:
    depends_on: !reset []
    environment: !override [B=2]
    ports: !override ["2:2"]
    volumes: ["./c:/a:ro"]
    labels: !reset null
)");
  EXPECT_FALSE(workspace().dependencies.at("./").contains("a"));
  const std::string a = line("\"a\": {");
  EXPECT_THAT(a, AllOf(HasSubstr(R"("env": { "B": "2" })"), HasSubstr(R"("ports": ["2:2"])"),
                       HasSubstr(R"("volumes": ["./b:/b", "./c:/a:ro"])"), Not(HasSubstr("labels"))));
}

TEST_F(Init, services_that_extend_one_another_without_an_end_are_an_error) {
  write("compose.yaml", "services: {a: {extends: b}, b: {extends: a}}\n");
  EXPECT_THAT(text(), HasSubstr("extend one another without an end"));
  write("compose.yaml", "include: [compose.yaml]\nservices: {a: {image: i}}\n");
  EXPECT_THAT(text(), HasSubstr("include one another without an end"));
  write("compose.yaml", "services: {a: {extends: {service: x, file: none.yaml}}}\n");
  EXPECT_THAT(text(), HasSubstr("there is no file none.yaml"));
}

TEST_F(Init, tells_limits_that_the_docker_executor_would_refuse) {
  write("compose.yaml",
        "services: {a: {image: i, deploy: {resources: {limits: {memory: 2x, cpus: many}}}}, "
        "b: {image: i, mem_limit: 1.5 GiB}}\n");
  EXPECT_THAT(text(), HasSubstr("deploy.resources.limits.memory and deploy.resources.limits.cpus of a"));
  EXPECT_THAT(text(), HasSubstr(R"("memory": "1.5 GiB")"));
}

TEST_F(Init, takes_what_the_docker_executor_has_an_option_for_and_tells_the_rest_once) {
  write("s.txt", "");
  write("compose.yaml", R"(
services:
  a:
    image: i
    pull_policy: if_not_present
    mem_limit: 512m
    cpus: 1.5
    init: true
    network_mode: host
    labels: {x: "1"}
    secrets: [s, {source: s, target: other}]
    configs: [{source: c, target: /etc/c}, late]
    userns_mode: host
    env_file: [{path: none.env, required: false}, {path: s.txt}]
  b:
    image: i
    userns_mode: host
    pull_policy: daily
    deploy: {resources: {limits: {cpus: "0.25", memory: 1G}, reservations: {devices: [{count: all, capabilities: [gpu]}]}}}
secrets: {s: {file: ./s.txt}}
configs: {c: {file: c.conf}, late: {content: x}}
)");
  const Workspace made = workspace();
  const std::string a = line("\"a\": {");
  for (const char* part :
       {R"("pull": "missing")", R"("memory": "512m")", R"("cpus": 1.5)", R"("init": true)",
        R"("network": "host")", R"("labels": { "x": "1" })", R"("envFile": ["s.txt"])",
        R"("./s.txt:/run/secrets/s:ro", "./s.txt:/run/secrets/other:ro", "./c.conf:/etc/c:ro")"})
    EXPECT_THAT(a, HasSubstr(part));
  EXPECT_THAT(line("\"b\": {"), HasSubstr(R"("memory": "1G", "cpus": 0.25, "gpus": "all")"));
  EXPECT_THAT(text(), HasSubstr("// Not taken over: userns_mode of a and b.\n"));
  EXPECT_THAT(text(), HasSubstr("// Not taken over: pull_policy of b.\n"));
  EXPECT_THAT(text(),
              HasSubstr("// Not taken over: the env_file none.env (it may be missing there, and is; an "
                        "envFile may not) and configs late of a.\n"));
}

TEST_F(Init, a_long_list_of_those_that_lose_something_is_cut) {
  std::string services = "services: {";
  for (const char c : std::string("abcdefghij"))
    services += std::string(1, c) + ": {image: i, userns_mode: host}, ";
  write("compose.yaml", services + "}\n");
  EXPECT_THAT(text(), HasSubstr("// Not taken over: userns_mode of a, b, c, d, e, f, g and 3 others.\n"));
}

TEST_F(Init, variables_keep_the_order_in_which_they_were_written) {
  write("compose.yaml", "services: {a: {image: i, environment: [Z=1, A=2, M=3]}}\n");
  EXPECT_THAT(line("\"a\": {"), HasSubstr(R"("env": { "Z": "1", "A": "2", "M": "3" })"));
}

TEST_F(Init, an_address_of_a_port_may_be_empty) {
  write("compose.yaml", "services: {a: {image: i, ports: ['${BIND:-}:80:81', '127.0.0.1::82']}}\n");
  EXPECT_THAT(line("\"a\": {"), HasSubstr(R"("ports": ["80:81", "127.0.0.1::82"])"));
}

TEST_F(Init, what_does_not_fit_into_a_line_has_a_line_for_each_part) {
  write("compose.yaml",
        "services: {a: {image: i, command: [" + std::string(100, 'x') + ", y]}, b: {image: i}}\n");
  EXPECT_THAT(text(), AllOf(HasSubstr("          \"options\": {\n            \"image\": \"i\",\n"),
                            HasSubstr("        \"b\": { \"stop\": ")));
}

TEST(ComposeDuration, is_in_milliseconds) {
  EXPECT_EQ(duration_ms("10s"), 10'000);
  EXPECT_EQ(duration_ms("1h2m3s4ms"), 3'723'004);
  EXPECT_EQ(duration_ms("1.5s"), 1'500);
  EXPECT_EQ(duration_ms("2500us"), 3);
  for (const char* wrong : {"", "10", "s", "1x", "-1s", "99999999h"})
    EXPECT_EQ(duration_ms(wrong), std::nullopt) << wrong;
}

}  // namespace
}  // namespace dream::init
