#include "agent/tools/file_tool.hpp"

#include "protocol/json.hpp"
#include "protocol/rpc/async.hpp"

#include <exception>

namespace agent {

namespace {

class file_tool final : public tool {
public:
    file_tool(file_tool_kind const& kind, staged_edits& edits, boost::asio::any_io_executor pool)
        : kind_(kind), edits_(edits), pool_(std::move(pool))
    {
    }

    tool_declaration const& declaration() const override { return kind_.declaration; }
    bool read_only() const override { return kind_.read_only; }

    boost::asio::awaitable<tool_answer> run(boost::json::object input) override
    {
        auto wrong = input_error(input, kind_.fields);
        if (!wrong.empty())
            co_return failed(std::move(wrong));
        auto work = [this, &input] { return guarded(input); };
        co_return co_await mcp::offload(pool_, std::move(work));
    }

    void restore(boost::json::value const& effect) override
    {
        auto staged = mcp::decode<staged_path>(effect, {"effect"});
        // A name that was accepted then is accepted now; if not, the gate of finish sees it
        // missing.
        (void)edits_.restore(staged.path, std::move(staged.change));
    }

private:
    tool_answer guarded(boost::json::object const& input)
    {
        try {
            auto out = kind_.work(edits_, input);
            if (!kind_.read_only && !out.is_error) {
                auto path = string_of(input, "path");
                auto change = edits_.at(path);
                out.effect = mcp::encode(staged_path{std::move(path), std::move(change)});
            }
            return out;
        } catch (std::exception const&) {
            return failed(
                kind_.declaration.name + " failed inside; try a smaller part of the project.");
        }
    }

    file_tool_kind const& kind_;
    staged_edits& edits_;
    boost::asio::any_io_executor pool_;
};

}  // namespace

file_tool_kind::file_tool_kind(
    std::string name,
    std::string description,
    std::vector<input_field> taken,
    bool only_reads,
    file_work does)
    : fields(std::move(taken)),
      declaration{std::move(name), std::move(description), schema_of(fields)},
      read_only(only_reads),
      work(does)
{
}

std::unique_ptr<tool>
make_file_tool(file_tool_kind const& kind, staged_edits& edits, boost::asio::any_io_executor pool)
{
    return std::make_unique<file_tool>(kind, edits, std::move(pool));
}

}  // namespace agent
