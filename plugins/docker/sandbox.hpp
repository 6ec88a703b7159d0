#pragma once

#include <cstdint>
#include <dream/sdk/result.hpp>
#include <map>
#include <string>
#include <vector>

#include "transport.hpp"

namespace dream::docker {

using sdk::Failure;
using sdk::Result;

/// How much of something a container may have; -1: no limit.
struct Ulimit {
  std::string name;  ///< "nofile"
  std::int64_t soft = 0;
  std::int64_t hard = 0;
};

/// A device of the engine's machine in the container.
struct Device {
  std::string outside;
  std::string inside;
  std::string access;  ///< of "rwm": read, write, make
};

/// What a container may do, and what it sees of the machine that it runs on.
struct Sandbox {
  std::vector<std::string> cap_add = {};
  std::vector<std::string> cap_drop = {};
  bool read_only = false;
  std::map<std::string, std::string> tmpfs = {};  ///< a path and the options of its mount: "size=64m"
  std::vector<Ulimit> ulimits = {};
  std::vector<std::string> extra_hosts = {};  ///< "NAME:ADDRESS"
  std::int64_t shm_size = 0;                  ///< bytes; 0: the engine's default
  std::vector<Device> devices = {};
  std::vector<std::string> security_opt = {};
  std::map<std::string, std::string> sysctls = {};
  std::vector<std::string> group_add = {};
  bool privileged = false;
  std::int64_t pids_limit = 0;  ///< 0: the engine's default; -1: no limit
  std::string cpuset = {};      ///< "0-2,4"; empty: all
  std::string ipc = {};         ///< "host", "shareable"
  std::string pid = {};         ///< "host"
  std::vector<std::string> dns = {};
  std::vector<std::string> dns_search = {};
  std::vector<std::string> dns_options = {};
  std::string hostname = {};
  std::string domainname = {};
};

/// An option that can't be used; `where`: "/tmpfs/0".
[[nodiscard]] Failure wrong_setting(const std::string& where, std::string message, std::string hint = {});

/// The options of a task, which fit the schema. What the schema can't say is checked here.
[[nodiscard]] Result<Sandbox> read_sandbox(const Json& options);

/// What of it stands in the engine's HostConfig.
void write_sandbox(SpecWriter& spec, SpecWriter::Writer& json, const Sandbox& sandbox);

/// The part of it that a service of a swarm has in the same words.
void write_ulimits(SpecWriter& spec, SpecWriter::Writer& json, const std::vector<Ulimit>& ulimits);

/// As arguments of `docker run`.
[[nodiscard]] std::vector<std::string> sandbox_flags(const Sandbox& sandbox);

}  // namespace dream::docker
