#pragma once

// `nextjs-backend-engineer doctor`: whether the main job would work here, a line for each thing
// that it needs, and what to do where it is not so.

#include "agent/checks/types_in_turn.hpp"
#include "agent/docs/context7/context7.hpp"
#include "agent/docs/knowledge/knowledge.hpp"
#include "server/app/install/registration.hpp"
#include "server/app/model_choice.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

#include <string>

namespace app {

struct doctor_place {
    std::string project;  // empty: there is none
    std::string state_directory;
    std::string cache_directory;
    model_choice& models;
    agent::context7* context7;  // none: switched off
    agent::knowledge known;
    agent::types_setup types;
    registration hosts;
    boost::asio::any_io_executor pool;
};

// The exit code: 0, or 1 where the main job would not work. What is only missed (no key: the brief
// is answered; no Node: types are not checked) is told and is no failure.
boost::asio::awaitable<int> doctor(doctor_place place);

}  // namespace app
