#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "process/output_pipe.hpp"

namespace dream::process {
namespace {

/// What draws only on a window of another size sees one, and then the one that there is.
TEST(Redraw, of_all_gives_a_terminal_another_size_for_a_moment) {
  boost::asio::io_context context;
  std::vector<char> scratch(4096);
  const auto pipe = std::make_shared<OutputPipe>(
      context.get_executor(), scratch, [] { return true; }, [](std::string_view) { return true; }, [] {});
  const winsize usual{.ws_row = 24, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0};
  const Result<Descriptor> slave = pipe->open_terminal(usual, PtyUse::interactive);
  ASSERT_TRUE(slave);
  const auto rows = [&] {
    winsize size{};
    EXPECT_EQ(::ioctl(slave->get(), TIOCGWINSZ, &size), 0);
    EXPECT_EQ(size.ws_col, 80);
    return size.ws_row;
  };
  pipe->redraw_all();
  EXPECT_EQ(rows(), 25);
  pipe->redraw_all();  // another comes
  EXPECT_EQ(rows(), 25);
  context.run();
  EXPECT_EQ(rows(), 24);

  pipe->redraw_all();
  EXPECT_TRUE(pipe->resize({.ws_row = 30, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0}));
  context.restart();
  context.run();
  EXPECT_EQ(rows(), 30) << "the window has got another size meanwhile";
  EXPECT_FALSE(pipe->resize({.ws_row = 30, .ws_col = 80, .ws_xpixel = 0, .ws_ypixel = 0}));
  pipe->abandon();
}

}  // namespace
}  // namespace dream::process
