#include "record/run_record.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "base/text.hpp"
#include "base/write_all.hpp"

namespace dream::record {

namespace {

namespace fs = std::filesystem;

/// No plugin's folder has a name like that.
constexpr const char* folder_name = ".runs";
constexpr std::string_view suffix = ".json";

Error refused(const fs::path& path) {
  return {ErrorCode::io, std::string("can't be written: ") + std::strerror(errno), path.string(), {}};
}

std::string text_of(const RunRecord& record) {
  std::string text = "{\"session\": " + json_string(record.session) +
                     ", \"root\": " + json_string(record.root) + ", \"plugins\": [";
  const char* before = "";
  for (const RecordedPlugin& plugin : record.plugins) {
    text += before;
    before = ", ";
    text +=
        "{\"id\": " + json_string(plugin.id) + ", \"file\": " + json_string(plugin.file) + ", \"options\": [";
    const char* before_options = "";
    for (const std::string& options : plugin.options) {
      text += before_options + json_string(options);
      before_options = ", ";
    }
    text += "], \"sha256\": " + json_string(plugin.sha256) + "}";
  }
  return text + "]}\n";
}

/// Whether nobody holds the lock of a record.
bool is_abandoned(const fs::path& record) {
  const int descriptor = ::open(record.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool locked = ::flock(descriptor, LOCK_EX | LOCK_NB) == 0;
  ::close(descriptor);
  return locked;
}

}  // namespace

fs::path record_path(const plugin::Place& place) {
  if (place.state.empty()) return {};
  return place.state / folder_name / (place.session + std::string(suffix));
}

Result<std::unique_ptr<OwnRecord>> OwnRecord::write(const plugin::Place& place, const RunRecord& record) {
  const fs::path path = record_path(place);
  if (path.empty()) return Error{ErrorCode::io, "there is no folder for it", {}, "set HOME"};
  if (auto made = plugin::make_private_folder(path.parent_path()); !made) return made.error();
  // Under its name it appears locked and whole: another dream may look at any time.
  const fs::path unfinished = path.string() + ".new";
  const int descriptor = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return refused(unfinished);
  std::unique_ptr<OwnRecord> own(new OwnRecord(path, descriptor));
  if (::flock(descriptor, LOCK_EX) == 0 && write_all(descriptor, text_of(record)) == 0 &&
      ::rename(unfinished.c_str(), path.c_str()) == 0) {
    return own;
  }
  Error error = refused(unfinished);
  ::unlink(unfinished.c_str());
  return error;
}

OwnRecord::~OwnRecord() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void OwnRecord::remove() {
  ::unlink(path_.c_str());
}

std::vector<fs::path> records_of_the_dead(const plugin::Place& place) {
  std::vector<fs::path> dead;
  if (place.state.empty()) return dead;
  std::error_code failure;
  for (fs::directory_iterator entry(place.state / folder_name, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (entry->path().extension() == suffix && is_abandoned(entry->path())) dead.push_back(entry->path());
  }
  return dead;
}

}  // namespace dream::record
