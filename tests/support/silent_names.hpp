#pragma once

#include <dlfcn.h>
#include <netdb.h>

#include <condition_variable>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>

namespace dream {

/// What name servers do for names that end in ".test": they are 127.0.0.1, and those in `silent` wait for
/// their answer until they aren't any more. To be included once in a program, whose getaddrinfo it replaces.
struct NameServers {
  std::mutex mutex;
  std::condition_variable changed;
  std::set<std::string, std::less<>> silent{};
  std::map<std::string, int, std::less<>> asked{};

  void be_silent(const std::string& name) {
    const std::scoped_lock lock(mutex);
    silent.insert(name);
  }
  void answer(const std::string& name) {
    const std::scoped_lock lock(mutex);
    silent.erase(name);
    changed.notify_all();
  }
  void wait_until_asked(const std::string& name) {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return asked[name] > 0; });
  }
  int times_asked(const std::string& name) {
    const std::scoped_lock lock(mutex);
    return asked[name];
  }
};

inline NameServers& name_servers() {
  static auto& servers = *new NameServers;
  return servers;
}

}  // namespace dream

extern "C" int getaddrinfo(const char* name, const char* service, const addrinfo* wanted, addrinfo** found) {
  if (name != nullptr && std::string_view(name).ends_with(".test")) {
    dream::NameServers& servers = dream::name_servers();
    std::unique_lock lock(servers.mutex);
    ++servers.asked[name];
    servers.changed.notify_all();
    servers.changed.wait(lock, [&] { return !servers.silent.contains(name); });
    name = "127.0.0.1";
  }
  static const auto next = reinterpret_cast<decltype(&getaddrinfo)>(::dlsym(RTLD_NEXT, "getaddrinfo"));
  return next(name, service, wanted, found);
}
