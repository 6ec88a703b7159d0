#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api.hpp"
#include "channel.hpp"
#include "e2e/dream_run.hpp"
#include "e2e/workspace.hpp"
#include "http/complete.hpp"
#include "integration/far_tasks.hpp"
#include "pod_state.hpp"

namespace dream::kubernetes::testing {

inline constexpr const char* kubeconfig = DREAM_TEST_CLUSTER "/kubeconfig";

/// What the cluster has, asked without dream.
class Cluster {
 public:
  /// What a test that failed has left is none of the next one's.
  Cluster() {
    api_.be_patient(std::chrono::minutes(1));  // its server may have been restarted
    for (const char* kind : {"pods", "secrets", "services"}) {
      for (const std::string& name : names(kind)) remove(kind, name, 0);
    }
  }
  /// The names of all that is there of a kind, in the namespace of the tests.
  [[nodiscard]] std::vector<std::string> names(const std::string& kind) {
    auto all = http::complete(context_, api_.list(kind, ""));
    if (!all || !*all) throw std::runtime_error("the cluster doesn't answer");
    // What the cluster has of its own.
    std::erase_if(**all, [](const std::string& name) {
      return name == "kubernetes" || name.starts_with("default-token-");
    });
    return **all;
  }
  /// Of the only Pod there is, or of none.
  [[nodiscard]] PodState pod() {
    const std::vector<std::string> all = names("pods");
    if (all.empty()) return {};
    const auto found = http::complete(context_, api_.get(api_.path_of("pods") + "/" + all.front()));
    return found && *found && **found ? read_pod(std::string_view(***found)) : PodState{};
  }
  /// The same, as it is told.
  [[nodiscard]] std::string json(const std::string& kind, const std::string& name) {
    const auto found = http::complete(context_, api_.get(api_.path_of(kind) + "/" + name));
    return found && *found && **found ? ***found : std::string();
  }
  void remove(const std::string& kind, const std::string& name, int grace_s) {
    static_cast<void>(http::complete(context_, api_.remove(kind, name, grace_s)));
  }
  /// Runs a command in a Pod.
  [[nodiscard]] Result<life::CommandOutcome> run(const std::string& name,
                                                 const std::vector<std::string>& argv) {
    return *http::complete(
        context_, run_command(context_.get_executor(), login_, api_.path_of("pods") + "/" + name, argv));
  }
  /// Nothing is left, whatever it may be.
  void expect_nothing() {
    for (const char* kind : {"pods", "secrets", "services"})
      EXPECT_EQ(names(kind), std::vector<std::string>()) << kind;
  }
  void await_nothing() {
    while (!names("pods").empty() || !names("secrets").empty() || !names("services").empty()) {
    }
  }

  /// What cluster.sh does to it.
  static void script(const std::string& words) {
    const std::string command = "bash " DREAM_CLUSTER_SCRIPT " " + words + " " DREAM_TEST_CLUSTER;
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command + " has failed");
  }

 private:
  [[nodiscard]] static Access access() {
    return *read_access({{kubeconfig, far::text_of(kubeconfig)}}, {}, DREAM_YAML_PROGRAM);
  }
  asio::io_context context_{1};
  std::shared_ptr<Login> login_ = std::make_shared<Login>(context_.get_executor(), access());
  Api api_{context_.get_executor(), login_};
};

/// A workspace whose project ./a runs in Pods; tasks and options are members of objects. The Pods see its
/// folder as /root.
struct PodWorkspace : e2e::Workspace {
  explicit PodWorkspace(const std::string& tasks, const std::string& options = "",
                        const std::string& workspace = "")
      : Workspace(
            R"({"executors": {"kubernetes": {}}, "workspace": {)" + workspace +
            R"(}, "projects": {"./a": {"executor": "kubernetes", "options": {"image": "box:1", "pull": "never")" +
            (options.empty() ? "" : ", ") + options + R"(}, "tasks": {)" + tasks +
            R"(}}, "./b": {"tasks": {"go": {"command": "echo b runs"}}}}})") {}

  [[nodiscard]] e2e::Launch launch(const std::vector<std::string>& words,
                                   const std::string& project = "a") const {
    return {.arguments = words, .folder = project, .environment = {{"KUBECONFIG", kubeconfig}}};
  }
};

/// The option `podTemplate` with a folder of the node.
inline std::string with_folder(const std::string& folder, const std::string& more = "") {
  return R"("podTemplate": {"spec": {)" + more + R"("volumes": [{"name": "root", "hostPath": {"path": ")" +
         folder +
         R"("}}], "containers": [{"name": "step", "volumeMounts": [{"name": "root", "mountPath": "/root"}]}]}})";
}

inline std::string on_node(const std::string& node) {
  return R"("nodeSelector": {"kubernetes.io/hostname": ")" + node + "\"}";
}

}  // namespace dream::kubernetes::testing
