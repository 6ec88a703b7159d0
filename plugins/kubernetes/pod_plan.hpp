#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <cstdint>
#include <dream/sdk/host.hpp>
#include <dream/sdk/options.hpp>
#include <dream/sdk/task.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "kubeconfig.hpp"
#include "shared/folder_archive.hpp"
#include "shared/run_notes.hpp"

namespace dream::kubernetes {

/// A port of this machine, at one of its addresses, and one of a Pod.
struct ForwardedPort {
  std::uint16_t local = 0, pod = 0;
  asio::ip::address address = asio::ip::address_v4::loopback();
  bool operator==(const ForwardedPort&) const = default;
};

/// "8080:80", "10.0.0.5:8080:80", "[::]:8080:80", or "9000" for the same on both sides; nothing: it is none
/// of these.
[[nodiscard]] std::optional<ForwardedPort> read_port(std::string_view text);

/// Everything that is known of a Pod before a cluster is asked: a task and its options.
struct PodPlan {
  Access access;
  std::string options = {};                                 ///< JSON
  std::string step = {};                                    ///< "./services/db:start"
  std::string name = {};                                    ///< of the Pod, and of its Secret
  std::optional<std::vector<std::string>> entrypoint = {};  ///< instead of the image's; empty: none
  std::vector<std::string> words = {};                      ///< behind the entrypoint; empty: the image's own
  std::vector<std::string> environment = {};                ///< NAME=VALUE
  std::string service = {};                                 ///< name of a Service; empty: none
  std::vector<ForwardedPort> ports = {};
  bool copies = false;                             ///< the project's folder is copied into it
  std::string folder = {};                         ///< the project's
  std::vector<std::string> excluded = {};          ///< names that aren't copied
  std::map<std::string, std::string> labels = {};  ///< of all that is made
  std::chrono::milliseconds grace{5000};
  std::chrono::seconds wait_limit{300};
  bool wants_ready = false;  ///< somebody waits until it is ready
  bool asks_health = false;  ///< somebody will ask whether it still is
  std::shared_ptr<plugins::RunNotes> notes = {};
};

/// Labels by which what was made is found again: the session, and the step's name in it.
inline constexpr const char* run_label = "dream.run";
inline constexpr const char* step_label = "dream.step";

[[nodiscard]] Result<PodPlan> make_plan(const sdk::Host& host, const sdk::Project& project,
                                        const sdk::Task& task, const Variables& variables);

/// As Kubernetes counts a grace.
[[nodiscard]] std::int64_t grace_seconds(const PodPlan& plan);

/// The body of the request that makes the Pod.
[[nodiscard]] std::string pod_spec(const PodPlan& plan);
/// The same of the Secret that has the environment, which stands nowhere else.
[[nodiscard]] std::string secret_spec(const PodPlan& plan);
[[nodiscard]] std::string service_spec(const PodPlan& plan);

/// What is copied of the project's folder.
[[nodiscard]] plugins::FolderContents copied_folder(const PodPlan& plan);

/// For people, in one line.
[[nodiscard]] std::string describe(const PodPlan& plan);

}  // namespace dream::kubernetes
