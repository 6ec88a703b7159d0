#include "kubeconfig.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>

#include "support/temporary_folder.hpp"
#include "yaml.hpp"

namespace dream::kubernetes {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr const char* whole = R"(
apiVersion: v1
kind: Config
clusters:
- name: one
  cluster: {server: "https://one.example:6443/base/", certificate-authority: pki/ca.crt, tls-server-name: inner}
- name: two
  cluster: {server: "https://[fd00::1]", insecure-skip-tls-verify: true, certificate-authority-data: cGVt}
users:
- name: token
  user: {token: secret, as: someone, as-groups: [a, b]}
- name: files
  user: {client-certificate: /abs/c.crt, client-key: c.key, tokenFile: t}
- name: program
  user:
    exec: {apiVersion: client.authentication.k8s.io/v1, command: ./bin/login, args: [--for, one], env: [{name: A, value: "1"}], provideClusterInfo: true, installHint: get it}
contexts:
- {name: first, context: {cluster: one, user: token, namespace: dev}}
- {name: second, context: {cluster: two, user: files}}
- {name: third, context: {cluster: one, user: program}}
- {name: lost, context: {cluster: none, user: token}}
- {name: nobody, context: {cluster: one, user: none}}
current-context: first
)";

Result<rapidjson::Document> document_of(const std::string& text) {
  static int number = 0;
  return read_yaml("/x/config" + std::to_string(++number), text, DREAM_YAML_PROGRAM);
}

std::string json_of(const std::string& text) {
  return plugins::to_text(*document_of(text));
}

Result<Access> read(const AccessOptions& options = {}, const std::string& text = whole) {
  const auto document = document_of(text);
  if (!document) return document.failure();
  return read_access({{"/home/me/.kube/config", plugins::to_text(*document)}}, options, "");
}

TEST(Kubeconfig, gives_the_current_context) {
  const auto access = read();
  ASSERT_TRUE(access) << access.failure().message;
  EXPECT_EQ(access->endpoint.host, "one.example");
  EXPECT_EQ(access->endpoint.port, "6443");
  EXPECT_EQ(access->prefix, "/base");
  EXPECT_EQ(access->name_space, "dev");
  EXPECT_EQ(access->token, "secret");
  EXPECT_EQ(access->endpoint.tls->authority, "/home/me/.kube/pki/ca.crt");
  EXPECT_EQ(access->endpoint.tls->name, "inner");
  EXPECT_TRUE(access->endpoint.tls->verify);
  EXPECT_THAT(access->headers, ElementsAre(Pair("Impersonate-User", "someone"),
                                           Pair("Impersonate-Group", "a"), Pair("Impersonate-Group", "b")));
}

/// A kubeconfig whose cluster and user have these, too.
Result<Access> read_with(const std::string& cluster, const std::string& user) {
  return read({}, "current-context: x\nclusters:\n- name: c\n  cluster:\n    server: https://a\n" + cluster +
                      "users:\n- name: u\n  user:\n    token: t\n" + user +
                      "contexts:\n- {name: x, context: {cluster: c, user: u}}\n");
}

TEST(Kubeconfig, gives_the_number_and_more_of_whom_is_acted_as) {
  const auto access = read_with("", "    as: someone\n    as-uid: \"7\"\n    as-user-extra: {a/B: [c, d]}\n");
  ASSERT_TRUE(access) << access.failure().message;
  EXPECT_THAT(access->headers,
              ElementsAre(Pair("Impersonate-User", "someone"), Pair("Impersonate-Uid", "7"),
                          Pair("Impersonate-Extra-a%2FB", "c"), Pair("Impersonate-Extra-a%2FB", "d")));
}

TEST(Kubeconfig, has_data_in_one_line_or_several) {
  const auto access = read_with("    certificate-authority-data: |\n      cG\n      Vt\n",
                                "    client-key-data: >\n      a2\n      V5\n");
  ASSERT_TRUE(access) << access.failure().message;
  EXPECT_EQ(access->endpoint.tls->authority_text, "pem");
  EXPECT_EQ(access->endpoint.tls->key_text, "key");
}

TEST(Kubeconfig, names_data_that_is_no_base64) {
  for (const char* key : {"client-certificate-data", "client-key-data"}) {
    const auto access = read_with("", "    " + std::string(key) + ": a?b\n");
    ASSERT_FALSE(access) << key;
    EXPECT_EQ(access.failure().message, std::string(key) + " is not base64");
  }
  const auto access = read_with("    certificate-authority-data: a?b\n", "");
  ASSERT_FALSE(access);
  EXPECT_EQ(access.failure().message, "certificate-authority-data is not base64");
}

TEST(Kubeconfig, that_is_no_regular_file_is_refused_and_a_missing_one_passed_over) {
  const TemporaryFolder folder;
  const std::string fifo = (folder.path() / "fifo").string();
  ASSERT_EQ(::mkfifo(fifo.c_str(), 0600), 0);
  const std::string file =
      folder
          .write("config",
                 R"({"current-context": "x", "clusters": [{"name": "c", "cluster": {"server": "http://a"}}],
                 "contexts": [{"name": "x", "context": {"cluster": "c"}}]})")
          .string();
  std::map<std::string, std::string> set{{"KUBECONFIG", "/no/such:" + file}};
  const Variables variables = [&](const std::string& name) -> std::optional<std::string> {
    return set.contains(name) ? std::optional(set[name]) : std::nullopt;
  };
  EXPECT_TRUE(find_access({}, variables));
  set["KUBECONFIG"] = fifo;
  const auto refused = find_access({}, variables);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.failure().message, fifo + " can't be read: it is no regular file");
}

TEST(Kubeconfig, gives_another_context_and_namespace_where_options_name_them) {
  const auto access = read({.context = "second", .name_space = "mine"});
  ASSERT_TRUE(access) << access.failure().message;
  EXPECT_EQ(access->endpoint.host, "fd00::1");
  EXPECT_EQ(access->endpoint.port, "443");
  EXPECT_EQ(access->prefix, "");
  EXPECT_EQ(access->name_space, "mine");
  EXPECT_FALSE(access->endpoint.tls->verify);
  EXPECT_EQ(access->endpoint.tls->authority_text, "pem");
  EXPECT_EQ(access->endpoint.tls->certificate, "/abs/c.crt");
  EXPECT_EQ(access->endpoint.tls->key, "/home/me/.kube/c.key");
  EXPECT_EQ(access->token_file, "/home/me/.kube/t");
}

TEST(Kubeconfig, names_a_login_program_from_its_own_folder) {
  const auto access = read({.context = "third"});
  ASSERT_TRUE(access) << access.failure().message;
  EXPECT_EQ(access->name_space, "default");
  ASSERT_TRUE(access->program);
  EXPECT_THAT(access->program->command, ElementsAre("/home/me/.kube/bin/login", "--for", "one"));
  EXPECT_THAT(access->program->environment, ElementsAre("A=1"));
  EXPECT_TRUE(access->program->wants_cluster);
  EXPECT_EQ(access->program->install_hint, "get it");
}

TEST(Kubeconfig, names_files_from_its_own_folder_if_it_is_relative_itself) {
  const std::string text =
      "current-context: x\nclusters: [{name: c, cluster: {server: 'http://a'}}]\n"
      "users: [{name: u, user: {tokenFile: t, exec: {command: ./login}}}]\n"
      "contexts: [{name: x, context: {cluster: c, user: u}}]\n";
  const auto access = read_access({{"config", json_of(text)}}, {}, "");
  ASSERT_TRUE(access) << access.failure().message;
  const std::string folder = std::filesystem::current_path().string();
  EXPECT_EQ(access->token_file, folder + "/t");
  EXPECT_THAT(access->program->command, ElementsAre(folder + "/login")) << "a name is searched in PATH";
}

TEST(Kubeconfig, of_several_files_the_first_that_names_something_counts) {
  const std::string first = "current-context: x\nclusters: [{name: c, cluster: {server: 'http://a:1'}}]\n";
  const std::string second =
      "current-context: y\nclusters: [{name: c, cluster: {server: 'http://b:2'}}]\n"
      "users: [{name: u, user: {tokenFile: t}}]\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n";
  const auto access = read_access({{"/a/1", json_of(first)}, {"/b/2", json_of(second)}}, {}, "");
  ASSERT_TRUE(access) << access.failure().message;
  EXPECT_EQ(access->endpoint.address, "http://a:1");
  EXPECT_EQ(access->token_file, "/b/t");
  EXPECT_FALSE(access->endpoint.tls);
}

TEST(Yaml, whose_program_answers_nothing_is_not_asked_again) {
  TemporaryFolder folder;
  const auto program = folder.write("silent", "#!/bin/sh\necho asked >> $0.times\n");
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  const auto times = [&] {
    std::ifstream file(program.string() + ".times");
    return std::count(std::istreambuf_iterator<char>(file), {}, '\n');
  };
  for (int step = 0; step < 2; ++step) EXPECT_FALSE(read_yaml("/silent", "a: 1", program.string()));
  EXPECT_EQ(times(), 1);
  EXPECT_FALSE(read_yaml("/silent", "a: 2", program.string()));
  EXPECT_EQ(times(), 2);
}

TEST(Kubeconfig, tells_what_it_lacks) {
  for (const auto& [context, told] :
       std::map<std::string, std::string>{{"lost", "has no cluster \"none\""},
                                          {"nobody", "has no user \"none\""},
                                          {"other", "has no context \"other\""}}) {
    const auto access = read({.context = context});
    ASSERT_FALSE(access);
    EXPECT_THAT(access.failure().message, HasSubstr(told));
    EXPECT_EQ(access.failure().where, "/home/me/.kube/config");
  }
  EXPECT_THAT(read({}, "a: 1").failure().message, HasSubstr("no current context"));
  EXPECT_THAT(read({}, "\na: [").failure().message, HasSubstr("the kubeconfig is no YAML: "));
  EXPECT_TRUE(read({}, "\na: [").failure().where.ends_with(":2"));
  const auto lost = read_yaml("/x", "a: 1", "/no/such/program");
  EXPECT_EQ(lost.failure().message, "/no/such/program, which reads YAML, can't be run");
  const std::string ftp =
      "current-context: x\nclusters: [{name: c, cluster: {server: 'ftp://a'}}]\ncontexts: [{name: x, "
      "context: {cluster: c}}]";
  EXPECT_THAT(read({}, ftp).failure().message, HasSubstr("no address of a server"));
  const std::string proxy =
      "current-context: x\nclusters: [{name: c, cluster: {server: 'https://a', proxy-url: 'http://p'}}]\n"
      "contexts: [{name: x, context: {cluster: c}}]";
  EXPECT_THAT(read({}, proxy).failure().message, HasSubstr("proxy-url"));
}

TEST(Kubeconfig, is_searched_where_kubectl_searches_it) {
  std::map<std::string, std::string> set{{"HOME", "/h"}};
  const Variables variables = [&](const std::string& name) -> std::optional<std::string> {
    return set.contains(name) ? std::optional(set[name]) : std::nullopt;
  };
  EXPECT_THAT(kubeconfig_files({}, variables), ElementsAre("/h/.kube/config"));
  set["KUBECONFIG"] = "/a::/b";
  EXPECT_THAT(kubeconfig_files({}, variables), ElementsAre("/a", "/b"));
  EXPECT_THAT(kubeconfig_files({.kubeconfig = "~/c"}, variables), ElementsAre("/h/c"));
  set.erase("HOME");
  EXPECT_EQ(find_access({.kubeconfig = "~/c"}, variables).failure().message,
            "HOME isn't set, which ~/c begins with");
  const auto access = find_access({.kubeconfig = "/no/such"}, variables);
  ASSERT_FALSE(access);
  EXPECT_EQ(access.failure().code, DREAM_E_NOT_FOUND);
  EXPECT_THAT(access.failure().message, HasSubstr("there is no kubeconfig at /no/such"));
}

}  // namespace
}  // namespace dream::kubernetes
