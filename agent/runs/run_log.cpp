#include "agent/runs/run_log.hpp"

#include "agent/runs/json_column.hpp"

#include <utility>

namespace agent {

using boost::asio::awaitable;

namespace {

template <class Record>
bool read(std::string_view kind, std::string_view payload, std::optional<Record>& to)
{
    if (kind != Record::kind)
        return false;
    to = from_column<Record>(payload, kind);
    return true;
}

}  // namespace

void run_log::recall(std::string_view kind, std::string_view payload)
{
    auto const last = [&]() -> recorded_turn& {
        auto* turn = ahead_.empty() ? nullptr : std::get_if<recorded_turn>(&ahead_.back());
        if (!turn)
            throw mcp::decode_error(std::string(kind) + ": without its turn");
        return *turn;
    };
    std::optional<turn_record> turn;
    std::optional<tool_record> tool;
    std::optional<follow_up_record> more;
    if (read(kind, payload, turn)) {
        recorded_turn next;
        next.turn = std::move(*turn);
        ahead_.emplace_back(std::move(next));
    } else if (read(kind, payload, tool)) {
        last().tools.insert_or_assign(tool->call, *tool);
    } else if (kind == answer_record::kind) {
        read(kind, payload, last().answer);
    } else if (read(kind, payload, more)) {
        ahead_.emplace_back(std::move(*more));
    } else if (!read(kind, payload, opened_)) {
        throw mcp::decode_error("a record of an unknown kind: " + std::string(kind));
    }
}

std::optional<opened_record> run_log::opened()
{
    return std::exchange(opened_, std::nullopt);
}

std::optional<turn_record> run_log::next_turn()
{
    auto* next = ahead_.empty() ? nullptr : std::get_if<recorded_turn>(&ahead_.front());
    if (!next) {
        last_ = recorded_turn();
        return std::nullopt;
    }
    last_ = std::move(*next);
    ahead_.pop_front();
    return std::move(last_.turn);
}

std::optional<tool_record> run_log::tool(std::size_t call)
{
    auto const found = last_.tools.find(call);
    if (found == last_.tools.end())
        return std::nullopt;
    return std::move(found->second);
}

std::optional<std::string> run_log::answer() const
{
    return last_.answer ? std::optional(last_.answer->text) : std::nullopt;
}

std::optional<std::string> run_log::follow_up()
{
    auto* next = ahead_.empty() ? nullptr : std::get_if<follow_up_record>(&ahead_.front());
    if (!next)
        return std::nullopt;
    auto task = std::move(next->task);
    ahead_.pop_front();
    return task;
}

template <class Record>
awaitable<void> run_log::write(Record const& record)
{
    if (write_)
        co_await write_(Record::kind, to_column(record));
}

template awaitable<void> run_log::write(opened_record const&);
template awaitable<void> run_log::write(turn_record const&);
template awaitable<void> run_log::write(tool_record const&);

std::pair<std::string_view, std::string> encoded(answer_record const& record)
{
    return {answer_record::kind, to_column(record)};
}

std::pair<std::string_view, std::string> encoded(follow_up_record const& record)
{
    return {follow_up_record::kind, to_column(record)};
}

}  // namespace agent
