#include "agent/docs/bundled/bundled_docs.hpp"
#include "agent/docs/bundled/index/docs_index.hpp"
#include "tests/support.hpp"

#include <boost/asio/thread_pool.hpp>
#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>

namespace bundled_docs_test {

namespace asio = boost::asio;
namespace fs = std::filesystem;
using namespace agent;
using asio::awaitable;

namespace {

class temporary_directory {
public:
    temporary_directory() : path_(fs::temp_directory_path() / "nbe-docs-XXXXXX")
    {
        auto name = path_.string();
        path_ = ::mkdtemp(name.data());
    }
    temporary_directory(temporary_directory const&) = delete;
    temporary_directory& operator=(temporary_directory const&) = delete;
    ~temporary_directory() { fs::remove_all(path_); }
    fs::path operator/(fs::path const& name) const { return path_ / name; }
    fs::path const& path() const { return path_; }

private:
    fs::path path_;
};

void put(fs::path const& file, std::string const& text)
{
    fs::create_directories(file.parent_path());
    std::ofstream(file) << text;
}

std::string page(std::string const& title, std::string const& body)
{
    return "---\ntitle: " + title + "\ndescription: About " + title + "\n---\n\n" + body + "\n";
}

void install_next(fs::path const& package)
{
    put(package / "package.json", R"({"name": "next", "version": "16.4.6"})");
    auto const docs = package / "dist" / "docs";
    put(docs / "01-app/04-functions/after.md",
        page("after", "`after` runs work once the response is sent.\n\n## Logging\n\nLog later."));
    put(docs / "01-app/02-guides/analytics.md",
        page(
            "Analytics",
            "Shared\n\n<AppOnly>\n\nmeasured in the layout\n\n</AppOnly>\n\n"
            "<PagesOnly>\n\nmeasured in _app\n\n</PagesOnly>"));
    put(docs / "02-pages/02-guides/analytics.md",
        "---\ntitle: Analytics\nsource: app/guides/analytics\n---\n\n{/* DO NOT EDIT */}\n");
}

// Asks once. The pool is joined before the loop goes: its threads still hold the loop's executor
// when the answer is there.
boost::system::result<std::vector<passage>, docs_error>
ask(fs::path project, fs::path cache, docs_query q, std::string* warning = nullptr)
{
    mcp::logger log;
    log.sink = [warning](mcp::LoggingLevel, std::string_view text) {
        if (warning)
            *warning += text;
    };
    asio::io_context ctx{1};
    asio::thread_pool pool(1);
    auto const homes = [](std::string_view package) {
        std::vector<std::string> out{std::string(package)};
        if (package == "next-auth")
            out.emplace_back("@auth/core");
        return out;
    };
    bundled_docs docs(pool.get_executor(), std::move(project), std::move(cache), homes, log);
    boost::system::result<std::vector<passage>, docs_error> out = docs_error();
    asio::co_spawn(ctx, docs.query(std::move(q)), [&](std::exception_ptr failure, auto answer) {
        REQUIRE(!failure);
        out = std::move(answer);
    });
    ctx.run();
    return out;
}

docs_query about(std::string question)
{
    return {"next", std::move(question)};
}

std::vector<fs::path> files_in(fs::path const& directory)
{
    std::vector<fs::path> files;
    for (auto const& entry : fs::directory_iterator(directory))
        if (entry.is_regular_file())
            files.push_back(entry.path());
    return files;
}

}  // namespace

TEST_CASE("the installed next's documentation answers with its source and version")
{
    temporary_directory project;
    install_next(project / "node_modules/next");
    auto const answer = ask(project.path(), project / "cache", about("work with after()"));
    REQUIRE(answer.has_value());
    auto const& best = answer->at(0);
    CHECK(best.title == "after");
    CHECK(best.text == "`after` runs work once the response is sent.");
    CHECK(best.source == "https://nextjs.org/docs/app/functions/after");
    CHECK(best.file == "node_modules/next/dist/docs/01-app/04-functions/after.md");
    CHECK(best.library == "next");
    CHECK(best.version == "16.4.6");
    CHECK(best.origin == "bundled");
}

TEST_CASE("the router that a question asks for is answered, stubs from the page they name")
{
    temporary_directory project;
    install_next(project / "node_modules/next");
    auto const app = ask(project.path(), {}, about("measured analytics"));
    REQUIRE(app.has_value());
    CHECK(app->at(0).text.find("in the layout") != std::string::npos);
    auto const pages = ask(project.path(), {}, about("measured analytics in the Pages Router"));
    REQUIRE(pages.has_value());
    CHECK(pages->at(0).text.find("in _app") != std::string::npos);
    CHECK(pages->at(0).source.find("/docs/pages/guides/analytics") != std::string::npos);
}

TEST_CASE("next is found upward and through links, as Node finds it")
{
    temporary_directory repo;
    install_next(repo / "node_modules/.pnpm/next@16.4.6/node_modules/next");
    fs::create_directory_symlink(".pnpm/next@16.4.6/node_modules/next", repo / "node_modules/next");
    fs::create_directories(repo / "apps/web");
    auto const answer = ask(repo / "apps/web", {}, about("after"));
    REQUIRE(answer.has_value());
    CHECK(answer->at(0).file.starts_with("../../node_modules/next/dist/docs/01-app/"));
}

TEST_CASE("a question that cannot be answered says why")
{
    temporary_directory project;
    auto const asked = [&](docs_query q) {
        auto const answer = ask(project.path(), {}, std::move(q));
        REQUIRE(answer.has_error());
        CHECK(answer.error().kind == docs_errc::not_found);
        return answer.error().message;
    };
    CHECK(asked({"zod", "email"}).find("zod is not installed") != std::string::npos);
    CHECK(asked({"../../etc", "passwd"}).find("is not installed") != std::string::npos);
    put(project / "node_modules/zod/package.json", R"({"name": "zod", "version": "4.6.7"})");
    CHECK(asked({"zod", "email"}).find("zod 4.6.7 brings no documentation") != std::string::npos);
    CHECK(asked(about("after")).find("not installed") != std::string::npos);
    put(project / "node_modules/next/package.json", R"({"name": "next", "version": "15.5.0"})");
    CHECK(asked(about("after")).find("next 15.5.0 brings no documentation") != std::string::npos);
    install_next(project / "node_modules/next");
    CHECK(asked(about("xylophone")).find("nothing on this question") != std::string::npos);
    CHECK(asked(about("")).find("nothing on this question") != std::string::npos);
    put(project / "node_modules/next/package.json", "{");
    CHECK(asked(about("after")).find("not installed") != std::string::npos);
    put(project / "node_modules/next/package.json", R"({"name": "evil", "version": "../../x"})");
    CHECK(asked(about("after")).find("not installed") != std::string::npos);
}

TEST_CASE("the index is kept, used again, and built again when it is damaged or foreign")
{
    temporary_directory project;
    install_next(project / "node_modules/next");
    auto const cache = project / "cache";
    REQUIRE(ask(project.path(), cache, about("after")).has_value());
    auto files = files_in(cache);
    REQUIRE(files.size() == 1);
    CHECK(files[0].filename().string().starts_with("docs-next@16.4.6-"));
    struct stat before {};
    ::stat(files[0].c_str(), &before);
    CHECK((before.st_mode & 077) == 0);

    REQUIRE(ask(project.path(), cache, about("after")).has_value());
    struct stat after {};
    ::stat(files[0].c_str(), &after);
    CHECK(after.st_ino == before.st_ino);

    put(files[0], "this is no database");
    REQUIRE(ask(project.path(), cache, about("after")).has_value());
    fs::resize_file(files[0], fs::file_size(files[0]) / 2);
    REQUIRE(ask(project.path(), cache, about("after")).has_value());
    sqlite_database(files[0].string(), sqlite_database::mode::create)
        .run("DELETE FROM sections; PRAGMA application_id = 7");
    REQUIRE(ask(project.path(), cache, about("after")).has_value());
    for (auto const* damage :
         {"UPDATE contents SET lengths = x'00'",
          "DELETE FROM contents",
          "UPDATE terms SET postings = x'ffff'"}) {
        sqlite_database(files[0].string(), sqlite_database::mode::create).run(damage);
        CAPTURE(damage);
        REQUIRE(ask(project.path(), cache, about("after")).has_value());
    }
    CHECK(files_in(cache).size() == 1);
}

TEST_CASE("a package that is installed anew is read anew")
{
    temporary_directory project;
    install_next(project / "node_modules/next");
    REQUIRE(ask(project.path(), project / "cache", about("after")).has_value());
    auto const package = project / "node_modules/next";
    put(package / "dist/docs/01-app/04-functions/after.md", page("after", "Newer words."));
    fs::remove(package / "package.json");
    put(package / "package.json", R"({"name": "next", "version": "16.4.7"})");
    auto const answer = ask(project.path(), project / "cache", about("after newer words"));
    REQUIRE(answer.has_value());
    CHECK(answer->at(0).version == "16.4.7");
    CHECK(answer->at(0).text == "Newer words.");
}

TEST_CASE("any installed package answers, from its Markdown and from its declarations")
{
    temporary_directory project;
    auto const stripe = project / "node_modules/stripe";
    put(stripe / "package.json", R"({"name": "stripe", "version": "23.1.0"})");
    put(stripe / "README.md", "# Stripe\n\n## Webhook signing\n\nUse `constructEvent`.\n");
    put(stripe / "CHANGELOG.md", "# Webhook signing of long ago\n");
    put(stripe / "node_modules/dep/README.md", "# Webhook signing by another\n");
    put(stripe / "types/Refunds.d.ts",
        "export interface RefundCreateParams {\n    /** A positive integer of cents to give back. "
        "*/\n    amount?: number;\n}\n");
    auto const guide = ask(project.path(), {}, {"stripe", "webhook signing"});
    REQUIRE(guide.has_value());
    REQUIRE(guide->size() == 1);
    CHECK(guide->at(0).source == "https://unpkg.com/stripe@23.1.0/README.md");
    CHECK(guide->at(0).file == "node_modules/stripe/README.md");
    auto const symbol = ask(project.path(), {}, {"stripe", "positive cents"});
    REQUIRE(symbol.has_value());
    CHECK(symbol->at(0).title.find("RefundCreateParams") != std::string::npos);
    CHECK(symbol->at(0).text.find("amount") != std::string::npos);
}

TEST_CASE("a package's documentation is also found where it really lies")
{
    temporary_directory project;
    auto const store = project / "node_modules/.pnpm/next-auth@5.0.0/node_modules";
    put(store / "next-auth/package.json", R"({"name": "next-auth", "version": "5.0.0"})");
    put(store / "@auth/core/package.json", R"({"name": "@auth/core", "version": "0.41.3"})");
    put(store / "@auth/core/README.md", "# Auth.js\n\nCallbacks are asked before a session.\n");
    fs::create_directory_symlink(
        ".pnpm/next-auth@5.0.0/node_modules/next-auth", project / "node_modules/next-auth");
    auto const answer = ask(project.path(), {}, {"next-auth", "session callbacks"});
    REQUIRE(answer.has_value());
    CHECK(answer->at(0).library == "@auth/core");
    CHECK(answer->at(0).version == "0.41.3");
}

TEST_CASE("a link out of node_modules is no package")
{
    temporary_directory project, elsewhere;
    put(elsewhere / "zod/package.json", R"({"name": "zod", "version": "1.0.0"})");
    put(elsewhere / "zod/README.md", "# Private notes\n");
    fs::create_directories(project / "node_modules");
    fs::create_directory_symlink(elsewhere / "zod", project / "node_modules/zod");
    CHECK(ask(project.path(), {}, {"zod", "private notes"}).has_error());
}

TEST_CASE("texts that differ under one version do not share an index")
{
    temporary_directory one, two;
    install_next(one / "node_modules/next");
    install_next(two / "node_modules/next");
    put(two / "node_modules/next/dist/docs/01-app/04-functions/after.md",
        page("after", "Planted words."));
    REQUIRE(ask(two.path(), one / "cache", about("after")).has_value());
    auto const answer = ask(one.path(), one / "cache", about("after"));
    REQUIRE(answer.has_value());
    CHECK(answer->at(0).text.find("Planted") == std::string::npos);
}

TEST_CASE("a cache that cannot be written is done without, and said so")
{
    temporary_directory project;
    install_next(project / "node_modules/next");
    put(project / "file", "in the way");
    std::string warning;
    auto const answer = ask(project.path(), project / "file/cache", about("after"), &warning);
    REQUIRE(answer.has_value());
    CHECK(warning.find("cannot be kept in") != std::string::npos);
}

TEST_CASE("processes that build the index at once do not hurt each other")
{
    temporary_directory project;
    install_next(project / "node_modules/next");
    auto const package = find_package(project.path(), "next", project.path());
    REQUIRE(package.has_value());
    std::vector<std::thread> builders;
    std::vector<std::size_t> found(8);
    for (auto& count : found)
        builders.emplace_back([&] {
            auto const index = docs_index::of(*package, project / "cache", true);
            count = index->search("after", next_router::app, {}, 5).size();
        });
    for (auto& builder : builders)
        builder.join();
    for (auto const count : found)
        CHECK(count > 0);
    CHECK(files_in(project / "cache").size() == 1);
}

TEST_CASE("only regular files of bearable size are read, and no twin of another")
{
    temporary_directory project;
    auto const root = project / "node_modules/x";
    put(root / "package.json", R"({"name": "x", "version": "1.0.0"})");
    put(root / "a.md", "text");
    put(root / "b.txt", "text");
    put(root / "big.md", std::string((2 << 20) + 1, 'x'));
    put(root / "secret", "secret");
    put(root / "LICENSE.md", "text");
    put(root / "dist/esm/x.d.ts", "text");
    put(root / "dist/cjs/x.d.ts", "text");
    put(root / "dist/y.d.mts", "text");
    put(root / "dist/y.d.cts", "text");
    put(root / "test/z.d.ts", "text");
    fs::create_symlink(root / "secret", root / "link.md");
    fs::create_directory_symlink("/etc", root / "linked");
    fs::create_directory(root / "directory.md");
    REQUIRE(::mkfifo((root / "fifo.md").c_str(), 0600) == 0);
    auto const package = find_package(project.path(), "x", project.path());
    REQUIRE(package.has_value());
    std::string read;
    for (auto const& file : read_docs(*package))
        read += file.path + " ";
    CHECK(read == "a.md dist/esm/x.d.ts dist/y.d.mts ");
}

TEST_CASE("the documentation of next is a folder of its own, and no link to another")
{
    temporary_directory project;
    install_next(project / "node_modules/next");
    put(project / "node_modules/next/README.md", "text");
    auto const package = find_package(project.path(), "next", project.path());
    REQUIRE(package.has_value());
    CHECK(read_docs(*package).size() == 3);
    auto const docs = project / "node_modules/next/dist/docs";
    fs::rename(docs, project / "elsewhere");
    CHECK(read_docs(*package).empty());
    fs::create_directory_symlink(project / "elsewhere", docs);
    CHECK(read_docs(*package).empty());
}

}  // namespace bundled_docs_test
