#include "agent/checks/dev_server.hpp"
#include "tests/agent/project/temporary_project.hpp"

#include <doctest/doctest.h>

#include <unistd.h>

namespace dev_server_test {

using namespace agent;
using test::temporary_project;

TEST_CASE("files of the routers are routes, without groups and slots, and others are none")
{
    fingerprint project;
    project.app_dir = "src/app";
    project.pages_dir = "src/pages";
    auto const route = [&](char const* file) { return route_of(file, project).value_or("none"); };
    CHECK(route("src/app/api/notes/[id]/route.ts") == "/api/notes/[id]");
    CHECK(route("src/app/(shop)/@cart/list/page.tsx") == "/list");
    CHECK(route("src/app/page.tsx") == "/");
    CHECK(route("src/app/route.js") == "/");
    CHECK(route("src/app/docs/[...path]/page.jsx") == "/docs/[...path]");
    CHECK(route("src/app/layout.tsx") == "none");
    CHECK(route("src/app/_private/route.ts") == "none");
    CHECK(route("src/app/api/route.test.ts") == "none");
    CHECK(route("src/app/route.css") == "none");
    CHECK(route("src/pages/api/hook.ts") == "/api/hook");
    CHECK(route("src/pages/index.tsx") == "/");
    CHECK(route("src/pages/blog/index.tsx") == "/blog");
    CHECK(route("src/pages/_app.tsx") == "none");
    CHECK(route("lib/notes.ts") == "none");
    CHECK(route("src/app") == "none");
    CHECK(route("") == "none");
}

TEST_CASE("a dev server is one of Next.js that lives, whatever its lock says")
{
    temporary_project const at;
    CHECK(!dev_server_port(at.path().string()));
    auto const own = std::to_string(::getpid());
    for (auto const& lock : {
             std::string("{\"pid\":1,\"port\":3000}"),
             "{\"pid\":" + own + ",\"port\":3000}",  // alive, and something else
             std::string("{\"pid\":999999999,\"port\":3000}"),
             std::string("{\"pid\":-1,\"port\":3000}"),
             "{\"pid\":\"" + own + "\",\"port\":3000}",
             "{\"pid\":" + own + ",\"port\":70000}",
             std::string("[]"),
             std::string("not json"),
             std::string(1 << 20, ' '),
         }) {
        CAPTURE(lock.substr(0, 60));
        at.write(".next/dev/lock", lock);
        CHECK(!dev_server_port(at.path().string()));
    }
}

}  // namespace dev_server_test
