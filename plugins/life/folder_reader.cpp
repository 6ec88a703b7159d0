#include "folder_reader.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/execution_context.hpp>
#include <optional>
#include <set>

namespace dream::life {

namespace {

using plugins::FolderArchive;
using sdk::Result;

// Functions and no closures: what they need lives in their own frames. Asio could hand on only a result that
// can be made from nothing.
Async<void> list_there(FolderArchive& archive, std::optional<Result<std::uint64_t>>& listed) {
  listed = archive.list();
  co_return;
}

Async<void> read_there(FolderArchive& archive, std::optional<Result<std::string>>& piece) {
  piece = archive.next();
  co_return;
}

}  // namespace

/// Those that read for a context: what they read would otherwise come to one that is gone.
class FolderReader::Readers : public asio::execution_context::service {
 public:
  inline static asio::execution_context::id id;

  explicit Readers(asio::execution_context& context) : service(context) {}
  void add(FolderReader* reader) { all_.insert(reader); }
  void remove(FolderReader* reader) { all_.erase(reader); }

 private:
  void shutdown() noexcept override {
    for (FolderReader* reader : all_) {
      reader->interrupt();
      reader->thread_.join();
    }
  }

  std::set<FolderReader*> all_;
};

FolderReader::FolderReader(const asio::any_io_executor& executor, plugins::FolderContents contents)
    : readers_(asio::use_service<Readers>(executor.context())), archive_(std::move(contents)) {
  readers_.add(this);
}

FolderReader::~FolderReader() {
  interrupt();
  readers_.remove(this);
}

Async<Result<std::uint64_t>> FolderReader::list() {
  std::optional<Result<std::uint64_t>> listed;
  co_await asio::co_spawn(thread_, list_there(archive_, listed), asio::use_awaitable);
  co_return *std::move(listed);
}

Async<Result<std::string>> FolderReader::next() {
  std::optional<Result<std::string>> piece;
  co_await asio::co_spawn(thread_, read_there(archive_, piece), asio::use_awaitable);
  co_return *std::move(piece);
}

}  // namespace dream::life
