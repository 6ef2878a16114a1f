#pragma once
#include <cstdlib>
inline double P(char const* n,double d){ auto*v=std::getenv(n); return v?std::atof(v):d; }
