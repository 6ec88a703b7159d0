#include <gmock/gmock.h>

#include "init_fixture.hpp"

namespace dream::init {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

TEST_F(Init, services_reach_each_other_by_every_name_that_compose_gives_them) {
  write("compose.yaml", R"(
services:
  db:
    image: i
    container_name: shop-db
    networks: {back: {aliases: [postgres, db.local, db]}}
  web: {image: i, links: ["db:database", "api"], networks: [back]}
  api: {image: i, networks: [back]}
)");
  workspace();
  EXPECT_THAT(line("\"db\": {"),
              HasSubstr(R"("aliases": ["db", "shop-db", "postgres", "db.local", "database"])"));
  EXPECT_THAT(line("\"web\": {"), HasSubstr(R"("aliases": ["web"])"));
  EXPECT_THAT(line("\"api\": {"), HasSubstr(R"("aliases": ["api"])"));
  EXPECT_THAT(text(), AllOf(Not(HasSubstr("are one here")), Not(HasSubstr("networks.aliases"))));
  EXPECT_THAT(text(),
              HasSubstr("// Not taken over: container_name (it is only a name for the others) of db.\n"));
}

TEST_F(Init, a_name_that_the_folder_gives_a_service_is_not_said_again) {
  write("stacks/db/compose.yaml", "services: {db: {image: i}, web: {image: i}}\n");
  const std::string made = text("stacks/db/compose.yaml");
  EXPECT_THAT(made, AllOf(HasSubstr("\"./stacks/db\": {"), Not(HasSubstr(R"("aliases": ["db"])"))));
  EXPECT_THAT(made, HasSubstr(R"("aliases": ["web"])"));
  write("stacks/db/compose.yaml",
        "services: {db: {image: i, networks: [far]}}\nnetworks: {far: {external: true}}\n");
  EXPECT_THAT(text("stacks/db/compose.yaml"), HasSubstr(R"("network": "far", "aliases": ["db"])"))
      << "there the folder gives none";
}

TEST_F(Init, several_networks_become_one_which_is_told_once) {
  write("compose.yaml", R"(
services:
  a: {image: i, networks: [front]}
  b: {image: i, networks: {front: , back: {ipv4_address: 10.0.0.2, priority: 5}}}
  c: {image: i, networks: [back]}
  d: {image: i}
networks:
  front: {driver: bridge, name: x, internal: false}
  back: {internal: true, driver_opts: {a: b}}
  unused: {internal: true}
)");
  const std::string made = text();
  workspace();
  EXPECT_THAT(made,
              HasSubstr("// The networks front, back and default are one here: each service reaches every "
                        "other by its name.\n"));
  EXPECT_THAT(made, HasSubstr("// Not taken over: networks.ipv4_address of b.\n"));
  EXPECT_THAT(made, HasSubstr("// Not taken over: internal and driver_opts of the network back.\n"));
  EXPECT_THAT(made, AllOf(Not(HasSubstr("priority")), Not(HasSubstr("the network front")),
                          Not(HasSubstr("unused")), Not(HasSubstr("\"network\""))));
}

TEST_F(Init, a_layer_adds_to_the_networks_of_a_service) {
  write("compose.yaml", "services: {a: {image: i, networks: [front]}}\n");
  write("compose.override.yaml", "services: {a: {networks: {back: {aliases: [other]}}}}\n");
  EXPECT_THAT(text(), AllOf(HasSubstr("The networks front and back are one here"),
                            HasSubstr(R"("aliases": ["a", "other"])")));
}

TEST_F(Init, a_network_that_is_there_already_is_taken_where_it_is_the_only_one) {
  write("compose.yaml", R"(
services:
  a: {image: i, networks: [far]}
  b: {image: i, networks: [far, near]}
  c: {image: i}
networks: {far: {external: true, name: shared}, near: , default: {external: {name: old}}}
)");
  workspace();
  EXPECT_THAT(line("\"a\": {"), HasSubstr(R"("network": "shared", "aliases": ["a"])"));
  EXPECT_THAT(line("\"b\": {"), AllOf(Not(HasSubstr("\"network\"")), HasSubstr(R"("aliases": ["b"])")));
  EXPECT_THAT(line("\"c\": {"), HasSubstr(R"("network": "old", "aliases": ["c"])"));
  EXPECT_THAT(text(), AllOf(HasSubstr("// Not taken over: the external network shared of b.\n"),
                            Not(HasSubstr("are one here"))));
}

TEST_F(Init, a_network_mode_has_no_names) {
  write("compose.yaml", R"(
services:
  a: {image: i, network_mode: host}
  b: {image: i, network_mode: none}
  c: {image: i, network_mode: "service:a"}
)");
  workspace();
  EXPECT_THAT(line("\"a\": {"), AllOf(HasSubstr(R"("network": "host")"), Not(HasSubstr("aliases"))));
  EXPECT_THAT(line("\"b\": {"), AllOf(HasSubstr(R"("network": "none")"), Not(HasSubstr("aliases"))));
  EXPECT_THAT(line("\"c\": {"), AllOf(Not(HasSubstr("\"network\"")), HasSubstr(R"("aliases": ["c"])")));
  EXPECT_THAT(text(), HasSubstr("// Not taken over: network_mode of c.\n"));
}

TEST_F(Init, what_a_container_may_do_and_see_is_taken_over) {
  write("compose.yaml", R"(
services:
  a:
    image: i
    cap_add: [NET_ADMIN]
    cap_drop: [ALL]
    read_only: true
    tmpfs: /run
    volumes: [{type: tmpfs, target: /tmp, tmpfs: {size: 64mb, mode: 1777}}]
    ulimits: {nofile: 4096, nproc: {soft: 10, hard: -1}}
    extra_hosts: {far: 10.0.0.1, twice: [10.0.0.2, "::1"]}
    shm_size: 256m
    devices: ["/dev/fuse", {source: /dev/a, target: /dev/b, permissions: r}]
    security_opt: ["no-new-privileges:true", "seccomp:unconfined"]
    sysctls: ["net.core.somaxconn=1024"]
    group_add: [video, 44]
    hostname: box
    domainname: example.org
    privileged: true
    pids_limit: 50
    cpuset: "${CPUS:-0}"
    ipc: shareable
    pid: host
    dns: 1.1.1.1
    dns_search: [example.org]
    dns_opt: ["ndots:1"]
  b:
    image: i
    tmpfs: ["/a", "/b:size=1m"]
    read_only: false
    sysctls: {net.a: 1}
    extra_hosts: ["a:1.2.3.4", "b=::1"]
    cap_add: []
)");
  workspace();
  const std::string a = line("\"a\": {");
  for (const char* part : {R"("capAdd": ["NET_ADMIN"])",
                           R"("capDrop": ["ALL"])",
                           R"("readOnly": true)",
                           R"("tmpfs": ["/run", "/tmp:size=67108864,mode=1777"])",
                           R"("ulimits": { "nofile": 4096, "nproc": { "soft": 10, "hard": -1 } })",
                           R"("extraHosts": ["far:10.0.0.1", "twice:10.0.0.2", "twice:::1"])",
                           R"("shmSize": "256m")",
                           R"("devices": ["/dev/fuse", "/dev/a:/dev/b:r"])",
                           R"("securityOpt": ["no-new-privileges:true", "seccomp:unconfined"])",
                           R"("sysctls": { "net.core.somaxconn": "1024" })",
                           R"("groupAdd": ["video", "44"])",
                           R"("hostname": "box")",
                           R"("domainname": "example.org")",
                           R"("privileged": true)",
                           R"("pidsLimit": 50)",
                           R"("cpuset": "${CPUS:-0}")",
                           R"("ipc": "shareable")",
                           R"("pid": "host")",
                           R"("dns": ["1.1.1.1"])",
                           R"("dnsSearch": ["example.org"])",
                           R"("dnsOptions": ["ndots:1"])"})
    EXPECT_THAT(a, HasSubstr(part));
  const std::string b = line("\"b\": {");
  for (const char* part : {R"("tmpfs": ["/a", "/b:size=1m"])", R"("sysctls": { "net.a": "1" })",
                           R"("extraHosts": ["a:1.2.3.4", "b=::1"])"})
    EXPECT_THAT(b, HasSubstr(part));
  EXPECT_THAT(b, AllOf(Not(HasSubstr("readOnly")), Not(HasSubstr("capAdd"))));
  EXPECT_THAT(text(), Not(HasSubstr("Not taken over")));
}

TEST_F(Init, what_the_docker_executor_would_refuse_of_them_is_told) {
  for (const char* wrong :
       {"tmpfs: [run]", "ulimits: {nofile: x}", "ulimits: {nofile: {soft: 2, hard: 1}}",
        "ulimits: {nofile: {soft: 2}}", "extra_hosts: [a]", "shm_size: much", "devices: [vendor.com/gpu=all]",
        "devices: [\"/dev/a:/b:r:w\"]", "security_opt: [\"seccomp:./profile.json\"]", "sysctls: [a]",
        "hostname: \"a b\"", "domainname: [a]", "mem_limit: 10mxyz", "mem_limit: inf", "mem_limit: 1m",
        "shm_size: 0x10m"}) {
    write("compose.yaml", "services: {one: {image: i, " + std::string(wrong) + "}}\n");
    const std::string key = std::string(wrong).substr(0, std::string_view(wrong).find(':'));
    workspace();
    EXPECT_THAT(text(), HasSubstr("// Not taken over: " + key + " of one.\n")) << wrong;
  }
}

}  // namespace
}  // namespace dream::init
