#include "agent/docs/documentation.hpp"
#include "agent/tool.hpp"
