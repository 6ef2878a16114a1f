#include "server/transports/socket/listening_socket.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <doctest/doctest.h>

#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sys/stat.h>
#include <unistd.h>

namespace listening_socket_test {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

struct folder {
    folder()
    {
        std::string name = (fs::temp_directory_path() / "nbe-socket-XXXXXX").string();
        path = ::mkdtemp(name.data());
    }
    folder(folder const&) = delete;
    folder& operator=(folder const&) = delete;
    ~folder() { fs::remove_all(path); }
    std::string at(std::string const& name) const { return (path / name).string(); }
    fs::path path;
};

server::listening_socket open(asio::io_context& loop, server::listen_address at)
{
    return server::listening_socket(loop.get_executor(), at);
}

std::string refusal(asio::io_context& loop, server::listen_address at)
{
    try {
        open(loop, std::move(at));
    } catch (server::listen_error const& e) {
        return e.what();
    }
    return "opened";
}

bool answers(asio::io_context& loop, std::string const& path)
{
    asio::local::stream_protocol::socket client(loop);
    boost::system::error_code ec;
    client.connect(asio::local::stream_protocol::endpoint(path), ec);
    return !ec;
}

// A socket's file whose server is gone.
void leave_stale(asio::io_context& loop, std::string const& path)
{
    asio::local::stream_protocol::acceptor gone(loop, asio::local::stream_protocol::endpoint(path));
}

}  // namespace

TEST_CASE("a Unix socket is its owner's alone, and gone at the end")
{
    asio::io_context loop;
    folder const dir;
    auto const path = dir.at("s");
    auto const before = ::umask(0);
    {
        auto socket = open(loop, server::unix_address{path});
        CHECK(socket.is_unix());
        CHECK(socket.is_local());
        struct stat info {};
        REQUIRE(::lstat(path.c_str(), &info) == 0);
        CHECK((info.st_mode & 0777) == 0600);
        CHECK(answers(loop, path));
        CHECK(::umask(0) == 0);
        socket.close();
        CHECK(!fs::exists(path));
    }
    ::umask(before);
    {
        auto const moved =
            std::make_unique<server::listening_socket>(open(loop, server::unix_address{path}));
        CHECK(fs::exists(path));
    }
    CHECK(!fs::exists(path));
}

TEST_CASE("the socket of a server that is gone is replaced, that of a live one is not")
{
    asio::io_context loop;
    folder const dir;
    auto const path = dir.at("s");
    leave_stale(loop, path);
    REQUIRE(fs::exists(path));
    auto const socket = open(loop, server::unix_address{path});
    CHECK(answers(loop, path));
    CHECK(
        refusal(loop, server::unix_address{path}).find("another server is listening there") !=
        std::string::npos);
    CHECK(answers(loop, path));
}

TEST_CASE("what is no socket is never removed")
{
    asio::io_context loop;
    folder const dir;
    auto const path = dir.at("notes");
    std::ofstream(path) << "precious";
    CHECK(refusal(loop, server::unix_address{path}).find("not a socket") != std::string::npos);
    CHECK(fs::file_size(path) == 8);
    leave_stale(loop, dir.at("s"));
    fs::create_symlink("s", dir.at("link"));
    CHECK(
        refusal(loop, server::unix_address{dir.at("link")}).find("not a socket") !=
        std::string::npos);
    CHECK(fs::exists(dir.at("s")));
}

TEST_CASE("a socket that somebody put in the place of ours is left there")
{
    asio::io_context loop;
    folder const dir;
    auto const path = dir.at("s");
    {
        auto const socket = open(loop, server::unix_address{path});
        fs::rename(path, dir.at("kept"));
        leave_stale(loop, path);
    }
    CHECK(fs::exists(path));
}

TEST_CASE("a folder that is not there, or is none, is said")
{
    asio::io_context loop;
    folder const dir;
    auto const why = refusal(loop, server::unix_address{dir.at("no/s")});
    CHECK(why.find("No such file") != std::string::npos);
    CHECK(why.find("cannot listen on unix:") != std::string::npos);
    std::ofstream(dir.at("file")) << "x";
    CHECK(refusal(loop, server::unix_address{dir.at("file/s")}) != "opened");
}

TEST_CASE("port 0 becomes a real one, and a port in use is said")
{
    asio::io_context loop;
    auto const host = asio::ip::address_v4::loopback();
    auto const socket = open(loop, server::tcp_address{host, 0});
    auto const real = std::get<server::tcp_address>(socket.address());
    CHECK(real.host == host);
    CHECK(real.port != 0);
    CHECK(!socket.is_unix());
    CHECK(socket.is_local());
    CHECK(refusal(loop, real).find("port is in use") != std::string::npos);
}

TEST_CASE("a descriptor that was handed over is served by what it is")
{
    asio::io_context loop;
    folder const dir;
    asio::local::stream_protocol::acceptor opened(
        loop, asio::local::stream_protocol::endpoint(dir.at("s")));
    int const fd = ::dup(opened.native_handle());
    {
        auto const socket = open(loop, server::inherited_address{fd});
        CHECK(to_text(socket.address()) == "unix:" + dir.at("s"));
        CHECK(answers(loop, dir.at("s")));
    }
    CHECK(fs::exists(dir.at("s")));  // it is not ours to remove

    asio::local::stream_protocol::socket idle(loop);
    idle.open();
    CHECK(
        refusal(loop, server::inherited_address{idle.native_handle()}).find("Accept=no") !=
        std::string::npos);
    CHECK(
        refusal(loop, server::inherited_address{9999}).find("no socket was handed over") !=
        std::string::npos);
    int const file = ::open("/dev/null", O_RDONLY);
    CHECK(refusal(loop, server::inherited_address{file}) != "opened");
    ::close(file);
}

TEST_CASE("loopback is loopback however it is written")
{
    auto const is = [](char const* text) {
        return server::is_loopback(asio::ip::make_address(text));
    };
    CHECK(is("127.0.0.1"));
    CHECK(is("127.8.9.10"));
    CHECK(is("::1"));
    CHECK(is("::ffff:127.0.0.1"));
    CHECK(!is("0.0.0.0"));
    CHECK(!is("::"));
    CHECK(!is("192.168.0.1"));
    CHECK(!is("::ffff:192.168.0.1"));
}

}  // namespace listening_socket_test
