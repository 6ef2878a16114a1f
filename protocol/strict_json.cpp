#include "protocol/strict_json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>

#include <algorithm>
#include <cmath>
#include <forward_list>
#include <functional>
#include <utility>
#include <vector>

namespace mcp {
namespace {

// What basic_parser calls as it reads. Any refusal is `too_large` to it; `refusal` says which.
class document {
public:
    static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
    static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

    explicit document(json_limits const& limits) : limits_(limits) {}

    void start(std::string_view source, json::storage_ptr storage)
    {
        source_ = source;
        stack_.reset(std::move(storage));
        refusal.clear();
        open_.clear();
        keys_.clear();
        unescaped_.clear();
        depth_ = 0;
        values_ = 0;
    }
    void abandon() { stack_.reset(); }
    json::value release() { return stack_.release(); }

    bool on_document_begin(json::error_code&) { return true; }
    bool on_document_end(json::error_code&) { return true; }

    bool on_object_begin(json::error_code& ec)
    {
        open_.push_back(keys_.size());
        ++depth_;
        return count(ec);
    }
    bool on_object_end(std::size_t n, json::error_code& ec)
    {
        if (depth_ <= limits_.unique_depth) {
            if (repeats())
                return refuse(ec, "an object has two members of the same name");
            keys_.resize(open_.back());
        }
        open_.pop_back();
        --depth_;
        stack_.push_object(n);
        return true;
    }
    bool on_array_begin(json::error_code& ec)
    {
        ++depth_;
        return count(ec);
    }
    bool on_array_end(std::size_t n, json::error_code&)
    {
        --depth_;
        stack_.push_array(n);
        return true;
    }
    bool on_key_part(json::string_view s, std::size_t, json::error_code&)
    {
        if (depth_ <= limits_.unique_depth)
            key_part_.append(s.data(), s.size());
        stack_.push_chars(s);
        return true;
    }
    bool on_key(json::string_view s, std::size_t, json::error_code&)
    {
        if (depth_ <= limits_.unique_depth)
            keys_.push_back(lasting(s));
        stack_.push_key(s);
        return true;
    }
    bool on_string_part(json::string_view s, std::size_t, json::error_code&)
    {
        stack_.push_chars(s);
        return true;
    }
    bool on_string(json::string_view s, std::size_t, json::error_code& ec)
    {
        stack_.push_string(s);
        return count(ec);
    }
    bool on_number_part(json::string_view, json::error_code&) { return true; }
    bool on_int64(std::int64_t i, json::string_view, json::error_code& ec)
    {
        stack_.push_int64(i);
        return count(ec);
    }
    bool on_uint64(std::uint64_t u, json::string_view, json::error_code& ec)
    {
        stack_.push_uint64(u);
        return count(ec);
    }
    bool on_double(double d, json::string_view, json::error_code& ec)
    {
        if (!std::isfinite(d))
            return refuse(ec, "a number is too large");
        stack_.push_double(d);
        return count(ec);
    }
    bool on_bool(bool b, json::error_code& ec)
    {
        stack_.push_bool(b);
        return count(ec);
    }
    bool on_null(json::error_code& ec)
    {
        stack_.push_null();
        return count(ec);
    }
    bool on_comment_part(json::string_view, json::error_code&) { return true; }
    bool on_comment(json::string_view, json::error_code&) { return true; }

    std::string refusal;

private:
    bool count(json::error_code& ec)
    {
        if (++values_ <= limits_.values)
            return true;
        return refuse(ec, "more than " + std::to_string(limits_.values) + " values");
    }

    bool refuse(json::error_code& ec, std::string why)
    {
        refusal = std::move(why);
        ec = json::error::exception;
        return false;
    }

    // A name as it stands in the source, or, if it was escaped there, a copy.
    std::string_view lasting(std::string_view name)
    {
        if (key_part_.empty() && std::less_equal<>()(source_.data(), name.data()) &&
            std::less_equal<>()(name.data() + name.size(), source_.data() + source_.size()))
            return name;
        key_part_ += name;
        return unescaped_.emplace_front(std::exchange(key_part_, {}));
    }

    // Whether the innermost open object has a member twice. Small objects, which nearly all are,
    // are compared pair by pair.
    bool repeats()
    {
        auto const first = keys_.begin() + static_cast<std::ptrdiff_t>(open_.back());
        if (keys_.end() - first <= 16) {
            for (auto it = first; it != keys_.end(); ++it)
                if (std::find(first, it, *it) != it)
                    return true;
            return false;
        }
        std::sort(first, keys_.end());
        return std::adjacent_find(first, keys_.end()) != keys_.end();
    }

    json_limits limits_;
    json::value_stack stack_;
    std::size_t depth_ = 0;  // arrays count: what is in an array of an object is deeper than it
    std::size_t values_ = 0;

    std::string_view source_;
    std::vector<std::size_t> open_;       // of each open object: how many names were there before
    std::vector<std::string_view> keys_;  // names in the open objects
    std::forward_list<std::string> unescaped_;
    std::string key_part_;
};

json::parse_options options(json_limits const& limits)
{
    json::parse_options out;
    out.max_depth = limits.depth;
    return out;
}

// A message larger than this is rare: what it made the buffers grow to is given back.
constexpr std::size_t large = std::size_t(256) * 1024;

}  // namespace

struct strict_json::machine {
    explicit machine(json_limits const& limits) : parser(options(limits), limits) {}
    json::basic_parser<document> parser;
};

strict_json::strict_json(json_limits limits) : limits_(limits) {}
strict_json::~strict_json() = default;

boost::system::result<json::value, json_fault>
strict_json::parse(std::string_view text, json::storage_ptr storage)
try {
    if (!machine_)
        machine_ = std::make_unique<machine>(limits_);
    auto& parser = machine_->parser;
    auto& document = parser.handler();
    parser.reset();
    document.start(text, std::move(storage));

    json::error_code ec;
    auto const read = parser.write_some(false, text.data(), text.size(), ec);
    if (!ec && read < text.size())
        ec = json::error::extra_data;

    boost::system::result<json::value, json_fault> out = json_fault();
    if (!ec)
        out = document.release();
    else if (!document.refusal.empty())
        out = json_fault(false, document.refusal);
    else if (ec == json::error::too_deep)
        out = json_fault(false, "nested more than " + std::to_string(limits_.depth) + " deep");
    else if (ec == json::error::exponent_overflow)
        out = json_fault(false, "a number is too large");
    else
        out = json_fault(true, "not JSON: " + ec.message() + " near byte " + std::to_string(read));
    document.abandon();
    if (text.size() > large)
        machine_.reset();
    return out;
} catch (std::bad_alloc const&) {
    machine_.reset();
    json_fault out(false, "there is not enough memory for this message now; send it again later");
    out.memory = true;
    return out;
}

}  // namespace mcp
