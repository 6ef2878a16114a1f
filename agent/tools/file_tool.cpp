#include "agent/tools/file_tool.hpp"

#include "protocol/json.hpp"
#include "protocol/rpc/async.hpp"

#include <exception>

namespace agent {

namespace {

class file_tool final : public tool {
public:
    file_tool(
        tool_declaration declared,
        std::vector<input_field> fields,
        bool read_only,
        file_work work,
        staged_edits& edits,
        boost::asio::any_io_executor pool)
        : declaration_(std::move(declared)),
          fields_(std::move(fields)),
          read_only_(read_only),
          work_(work),
          edits_(edits),
          pool_(std::move(pool))
    {
    }

    tool_declaration const& declaration() const override { return declaration_; }
    bool read_only() const override { return read_only_; }

    boost::asio::awaitable<tool_answer> run(boost::json::object input) override
    {
        auto wrong = input_error(input, fields_);
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
            auto out = work_(edits_, input);
            if (!read_only_ && !out.is_error) {
                auto path = string_of(input, "path");
                auto change = edits_.at(path);
                out.effect = mcp::encode(staged_path{std::move(path), std::move(change)});
            }
            return out;
        } catch (std::exception const&) {
            return failed(declaration_.name + " failed inside; try a smaller part of the project.");
        }
    }

    tool_declaration declaration_;
    std::vector<input_field> fields_;
    bool read_only_;
    file_work work_;
    staged_edits& edits_;
    boost::asio::any_io_executor pool_;
};

}  // namespace

std::unique_ptr<tool> make_file_tool(
    std::string name,
    std::string description,
    std::vector<input_field> fields,
    bool read_only,
    file_work work,
    staged_edits& edits,
    boost::asio::any_io_executor pool)
{
    tool_declaration declared;
    declared.name = std::move(name);
    declared.description = std::move(description);
    declared.input_schema = schema_of(fields);
    return std::make_unique<file_tool>(
        std::move(declared), std::move(fields), read_only, work, edits, std::move(pool));
}

}  // namespace agent
