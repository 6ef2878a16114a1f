#pragma once

// Writes this server into a host's configuration, and takes it out again. What was written is kept
// with what was there before (installs/ below the state directory), so that taking it out brings
// back every byte where nobody has changed the file meanwhile; where somebody has, the entry alone
// is taken out.

#include "server/app/config.hpp"
#include "server/app/install/host_clients.hpp"
#include "server/app/install/text/config_text.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <vector>

namespace app {

inline constexpr char server_name[] = "nextjs-backend-engineer";

// What a registered server is started with.
struct registered_server {
    std::string command;                 // an absolute path, or npx
    std::vector<std::string> arguments;  // for every host
    std::string project;        // a folder that it may read; empty: the one it is started in
    bool key_in_clear = false;  // write the keys themselves
    std::string in_folder;      // the file of that project, instead of the user's
};

// Where a host's configuration is, and what one change makes of it.
struct config_change {
    std::string path;
    std::optional<std::string> before;  // nothing: there is no such file
    std::optional<std::string> after;
    std::optional<std::string> original;  // what taking it out again brings back
};

struct install_record;

class registration {
public:
    // `state_directory`: where is kept what was there before; empty: nowhere.
    registration(environment env, std::string home, std::string path, std::string state_directory);

    // Whether the host is there, by its files and programs.
    bool found(host_client const& client) const;

    // Its file; empty: it has none of that kind.
    std::string file_of(host_client const& client, std::string const& in_folder) const;

    // The entry as it would be written. Keys stand in it as the host refers to its environment.
    boost::json::object entry_for(host_client const& client, registered_server const& server) const;

    // What is registered in that file now. All throw config_text_error.
    std::optional<boost::json::object>
    registered(host_client const& client, std::string const& file) const;

    config_change adding(host_client const& client, registered_server const& server) const;
    config_change removing(host_client const& client, std::string const& file) const;

    // Does it, whole or not at all. Throws std::runtime_error with a sentence.
    void add(config_change const& change) const;
    void remove(config_change const& change) const;

private:
    std::string installs() const;
    std::vector<std::string> made_folders() const;
    void keep_made_folders(std::vector<std::string> const& folders) const;
    std::string record_file(std::string const& file) const;
    std::optional<install_record> recorded(std::string const& file) const;
    boost::json::object variables_for(host_client const& client, bool in_clear) const;

    environment env_;
    std::string home_;
    std::string path_;
    std::string state_directory_;
};

}  // namespace app
