// A folder as an archive, which the executors of engines send.
#include "shared/folder_archive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <filesystem>
#include <memory>
#include <semaphore>
#include <string>
#include <thread>

#include "http/complete.hpp"
#include "life/folder_reader.hpp"
#include "support/temporary_folder.hpp"

namespace dream::life {
namespace {

using plugins::Archived;
using plugins::FolderArchive;
using plugins::FolderContents;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::size_t block = 512;

struct Archive : ::testing::Test {
  /// What is called "below" is gone through only, and "out" is left out.
  FolderContents contents(std::uint64_t limit = 10'000'000) const {
    return {.folder = folder.path(),
            .choose =
                [](const std::string& name, char) {
                  if (name.ends_with("out")) return Archived::left_out;
                  return name.ends_with("below") ? Archived::below_only : Archived::taken;
                },
            .unreadable = {DREAM_E_FAILED, "it can't be read", "do something"},
            .too_large = {DREAM_E_FAILED, "it is too large"},
            .limit = limit};
  }
  /// All of it, or why not.
  static std::string read(FolderArchive& archive) {
    std::string all;
    while (true) {
      const auto piece = archive.next();
      if (!piece) return piece.failure().message + " in " + piece.failure().where;
      if (piece->empty()) return all;
      all += *piece;
    }
  }
  TemporaryFolder folder;
};

TEST_F(Archive, is_as_long_as_it_says_with_files_of_every_size) {
  std::size_t expected = 2 * block;  // its end
  for (const std::size_t size : {0U, 1U, 511U, 512U, 513U, 65535U, 65536U, 300000U}) {
    folder.write("f" + std::to_string(size), std::string(size, 'x'));
    expected += block + (size + block - 1) / block * block;
  }
  folder.write(std::string(150, 'n'), "");
  expected += 3 * block;  // its name has a header and a block of its own
  FolderArchive archive(contents());
  for (int times = 0; times < 2; ++times) {
    const auto size = archive.list();
    ASSERT_TRUE(size);
    EXPECT_EQ(*size, expected);
    EXPECT_EQ(read(archive).size(), expected) << "the second time, too";
  }
}

TEST_F(Archive, has_what_it_is_to_have) {
  folder.write("below/kept", "");
  folder.write("below/out/lost", "");
  folder.write("out", "");
  const TemporaryFolder elsewhere;
  FolderContents all = contents();
  all.besides = {{elsewhere.write("x", "1"), "from elsewhere"}};
  FolderArchive archive(all);
  EXPECT_EQ(*archive.list(), (1 + 2 + 2) * block) << "a header; one with a block; the end";
  const std::string bytes = read(archive);
  EXPECT_THAT(bytes, HasSubstr("below/kept"));
  EXPECT_THAT(bytes, HasSubstr("from elsewhere"));
  EXPECT_THAT(bytes, Not(HasSubstr("lost")));
}

TEST_F(Archive, cuts_a_file_that_grows_and_fails_at_one_that_shrinks_or_goes) {
  const auto file = folder.write("a", "1234");
  FolderContents promised = contents();
  promised.is_promised = true;
  FolderArchive archive(promised);
  ASSERT_TRUE(archive.list());
  folder.write("a", std::string(2 * block, 'y'));
  EXPECT_EQ(read(archive).size(), 4 * block);
  ASSERT_TRUE(archive.list());
  folder.write("a", "1");
  EXPECT_EQ(read(archive), "it can't be read: it became shorter meanwhile in " + file.string());
  ASSERT_TRUE(archive.list());
  std::filesystem::remove(file);
  EXPECT_EQ(read(archive), "it can't be read: No such file or directory in " + file.string());
  std::filesystem::remove_all(folder.path());
  EXPECT_EQ(archive.list().failure().where, folder.path().string());
}

TEST_F(Archive, whose_size_is_told_nobody_has_each_file_as_it_is_when_its_turn_comes) {
  const auto file = folder.write("a", "1234");
  folder.write("b", "last");
  FolderArchive archive(contents());
  ASSERT_TRUE(archive.list());
  folder.write("a", std::string(2 * block, 'y'));
  EXPECT_EQ(read(archive).size(), (1 + 2 + 2 + 2) * block);
  ASSERT_TRUE(archive.list());
  folder.write("a", "1");
  EXPECT_EQ(read(archive).size(), (2 + 2 + 2) * block);
  ASSERT_TRUE(archive.list());
  std::filesystem::remove(file);
  EXPECT_EQ(read(archive), "it can't be read: No such file or directory in " + file.string());
}

TEST_F(Archive, is_refused_at_the_limit_with_the_file) {
  const auto large = folder.write("large", std::string(block, 'x'));
  EXPECT_TRUE(FolderArchive(contents(2 * block)).list());
  for (const std::uint64_t limit : {2 * block - 1, block - 1, std::size_t{0}}) {
    const auto refused = FolderArchive(contents(limit)).list();
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.failure().message, "it is too large");
    EXPECT_EQ(refused.failure().where, large.string());
  }
}

TEST_F(Archive, is_broken_off_at_any_time) {
  folder.write("big", std::string(1'000'000, 'x'));
  FolderArchive unlisted(contents());
  unlisted.interrupt();
  EXPECT_EQ(unlisted.list().failure().message, "reading it was broken off");
  FolderArchive archive(contents());
  ASSERT_TRUE(archive.list());
  EXPECT_TRUE(archive.next());
  archive.interrupt();
  EXPECT_FALSE(archive.next());
}

/// Reads all of it; `engines` is what the engines' thread does meanwhile, and counts that in `handled`.
Async<int> read_all(FolderReader& reader, asio::io_context& engines, int& handled) {
  asio::post(engines, [&] { ++handled; });
  const auto listed = co_await reader.list();
  EXPECT_TRUE(listed);
  EXPECT_EQ(handled, 1);
  for (int pieces = 0;; ++pieces) {
    asio::post(engines, [&] { ++handled; });
    const auto piece = co_await reader.next();
    EXPECT_TRUE(piece);
    EXPECT_EQ(handled, pieces + 2);
    if (!piece || piece->empty()) co_return pieces;
  }
}

TEST_F(Archive, is_read_beside_the_thread_that_speaks_to_engines) {
  folder.write("a", std::string(300'000, 'x'));
  // Without a hint that one thread is all, so that what it posts itself comes before what is posted later
  // from the reader's thread.
  asio::io_context engines;
  FolderReader reader(engines.get_executor(), contents());
  int handled = 0;
  EXPECT_GT(http::complete(engines, read_all(reader, engines, handled)).value(), 3);
}

TEST_F(Archive, is_read_no_more_when_the_context_has_gone) {
  folder.write("a", "1");
  std::binary_semaphore begun(0), may_end(0);
  std::atomic<bool> has_ended = false;
  FolderContents slow = contents();
  slow.choose = [&](const std::string&, char) {
    begun.release();
    may_end.acquire();
    has_ended = true;
    return Archived::taken;
  };
  {
    asio::io_context engines;
    const auto list = [](std::shared_ptr<FolderReader> reader) -> Async<void> {
      static_cast<void>(co_await reader->list());
      ADD_FAILURE() << "nothing goes on in it";
    };
    const auto reader = std::make_shared<FolderReader>(engines.get_executor(), slow);
    asio::co_spawn(engines, list(reader), asio::detached);
    engines.poll();
    begun.acquire();
    const std::jthread other([&] { may_end.release(); });
  }
  EXPECT_TRUE(has_ended);
}

}  // namespace
}  // namespace dream::life
