#pragma once

// The tools, prompts, resources and skill that the official suite calls.

#include "server/features.hpp"

namespace fixture {

void add_tools(server::features& to);
void add_asking_tools(server::features& to);  // elicitation, sampling, roots
void add_task_tools(server::features& to);
void add_prompts(server::features& to);
void add_resources(server::features& to);

}  // namespace fixture
