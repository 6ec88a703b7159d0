#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <random>

#include "init/init.hpp"
#include "support/temporary_folder.hpp"

namespace dream::init {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::map<std::string, std::string> sound_files{
    {"compose.yaml",
     "include: [more.yaml]\nservices:\n  db: &d\n    image: \"postgres:${V:-16}\"\n    environment: {A: 1, "
     "B: }\n    ports: "
     "['1:2']\n    healthcheck: {test: [CMD, x], interval: 1s}\n    restart: always\n"
     "    stop_grace_period: 1m\n    cpus: 1.5\n  api:\n    <<: *d\n    depends_on: {db: {condition: "
     "service_healthy}}\n"
     "    env_file: [x, {path: y, required: false}]\n    volumes: ['v:/v', {type: bind, source: ./a, target: "
     "/a}]\n"
     "  job: {extends: db, build: {context: ., args: [A=1]}, profiles: [p]}\n"
     "  own:\n    image: i\n    networks: {n: {aliases: [x], ipv4_address: 1.2.3.4}}\n    links: ['db:y']\n"
     "    ulimits: {nofile: 1, nproc: {soft: 1, hard: 2}}\n    sysctls: [a=1]\n    extra_hosts: {a: "
     "1.2.3.4}\n"
     "    devices: [/dev/a, {source: /dev/b}]\n    tmpfs: /a\n    shm_size: 1m\n    hostname: h\n    "
     "cap_add: [A]\n"
     "volumes: {v: }\nnetworks: {n: {external: {name: z}}, m: {internal: true}}\n"},
    {"compose.override.yaml", "services: {db: {ports: ['3:4'], environment: [B=2]}, api: {links: [job]}}\n"},
    {"more.yaml", "services: {more: {image: i, network_mode: 'service:db'}}\n"},
    {".env", "V=1\nCOMPOSE_PROFILES=p\nPORT=1\n"},
    {"package.json", R"({"workspaces": ["a/*"], "scripts": {"a": "x", "b": "y"}})"},
    {"pnpm-workspace.yaml", "packages: ['a/*', '!b', '.c']\n"},
    {"turbo.json", R"({"tasks": {"build": {"dependsOn": ["^build", "b"]}, "//#a": {"dependsOn": ["b"]}}})"},
    {"Procfile", "web: a b\nworker: c\n"},
    {"Procfile.dev", "web: PORT=1 a | b\n"},
    {"process-compose.yaml",
     "environment: [A=1]\nprocesses:\n  a: {command: x $Y, depends_on: {b: {condition: process_healthy}}}\n  "
     "b: "
     "{command: y, readiness_probe: {http_get: {port: 80, path: /x}}, availability: {restart: always}, "
     "working_dir: c}\n"},
    {"mprocs.yaml", "procs: {a: x, b: {cmd: [y, z], cwd: d, env: {A: b}, stop: SIGINT}}\n"},
    {"Taskfile.yml", "tasks: {a: x, b: {cmds: [y]}}\n"},
    {"justfile", "a b='c': d\n  x\n"},
    {"mise.toml", "[tasks]\na = 'x'\n[tasks.\"b:c\"]\nhide = false\nrun = [\"y\", {task = 'a'}]\n"},
    {"pyproject.toml",
     "[tool.poe.tasks]\na = 'x'\nb.cmd = \"y\"\n[tool.hatch.envs.t.scripts]\nc = ['z', \"\"\"w\"\"\"]\n"},
    {"Makefile", ".PHONY: a b\na: b\n\tx\n"}};

void mutate(std::string& text, std::mt19937& random) {
  static const std::vector<std::string> pieces{
      "\"", "{", "}",  "[",   "]",  ":",    ": ",   "\n", "\\",   "$",    "${",       "&d ",
      "*d", "=", "-1", "1e9", "\t", "\x01", "\xFF", "#",  "<<: ", "null", "\"\": 1,", std::string(1, '\0')};
  const std::size_t at = random() % (text.size() + 1);
  if (random() % 2 == 0) {
    text.insert(at, pieces[random() % pieces.size()]);
  } else {
    text.erase(at, random() % 5 + 1);
  }
}

class InitMutants : public testing::TestWithParam<unsigned> {};

/// Whatever other tools' files hold: it is said what is wrong with them, or dream takes what is made of them.
TEST_P(InitMutants, make_a_sound_file_or_an_error_that_names_the_place) {
  std::mt19937 random(GetParam());
  const TemporaryFolder folder;
  int made = 0;
  for (int round = 0; round < 60; ++round) {
    for (const auto& [name, sound] : sound_files) {
      std::string text = sound;
      for (auto changes = random() % 3; changes > 0; --changes) mutate(text, random);
      std::ofstream(folder.path() / name, std::ios::binary) << text;
    }
    for (const std::optional<std::string>& from :
         {std::optional<std::string>(), {"Procfile"}, {"compose"}, {"package.json"}}) {
      const Result<std::string> text = make_configuration(folder.path(), from);
      made += text ? 1 : 0;
      const std::string problem = text ? "" : to_string(text.error());
      if (problem.find("a character that can't be shown in the name") == std::string::npos) {
        EXPECT_THAT(problem, Not(HasSubstr("makes no dream.json")));
      }
    }
  }
  EXPECT_GT(made, 40);
}

INSTANTIATE_TEST_SUITE_P(seeds, InitMutants, testing::Range(1U, 7U));

}  // namespace
}  // namespace dream::init
