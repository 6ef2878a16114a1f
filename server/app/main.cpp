#include "server/app/app.hpp"
#include "server/app/terminal/install_command.hpp"

#include <csignal>
#include <cstdio>
#include <exception>
#include <fcntl.h>

namespace {

// A descriptor that we were started without would be given to the next thing that is opened: a
// socket that then passes for standard input.
void open_closed_descriptors()
{
    for (int fd = 0; fd < 3; ++fd)
        if (::fcntl(fd, F_GETFD) == -1) [[maybe_unused]]
            int const same = ::open("/dev/null", O_RDWR);
}

}  // namespace

int main(int argc, char** argv)
{
    // A host or a child that goes away is an error code where it is written to, not the end of the
    // program.
    std::signal(SIGPIPE, SIG_IGN);
    open_closed_descriptors();
    try {
        auto const env = app::process_environment();
        auto settings = app::read_config(argc, argv, env);
        if (settings.install)
            return app::install_command(settings, env);
        return app::run(std::move(settings), env);
    } catch (app::print_and_exit const& p) {
        std::fputs(p.text.c_str(), stdout);
        return 0;
    } catch (app::config_error const& e) {
        std::fprintf(stderr, "nextjs-backend-engineer: %s\n", e.what());
        return 2;
    } catch (std::exception const& e) {
        std::fprintf(stderr, "nextjs-backend-engineer: %s\n", e.what());
        return 1;
    }
}
