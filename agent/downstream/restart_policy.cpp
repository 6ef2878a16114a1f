#include "agent/downstream/restart_policy.hpp"

#include <algorithm>

namespace agent {

void restart_policy::failed(time now)
{
    failures_.push_back(now);
    if (failures_.size() > most_failures)
        failures_.pop_front();
    in_a_row_ = std::min(in_a_row_ + 1, 30);
}

std::optional<restart_policy::duration> restart_policy::delay(time now) const
{
    if (failures_.size() == most_failures && now - failures_.front() < window)
        return std::nullopt;
    if (in_a_row_ == 0)
        return duration::zero();
    duration const pause = std::min<duration>(first_delay * (1L << (in_a_row_ - 1)), longest_delay);
    return std::max(failures_.back() + pause - now, duration::zero());
}

}  // namespace agent
