#pragma once

// Packages that decide how backend code of a project is written, by what they are for.

#include <array>
#include <string_view>

namespace agent {

struct known_library {
    std::string_view kind;
    std::string_view package;
};

inline constexpr std::array<known_library, 74> known_libraries{{
    {"orm", "@prisma/client"},
    {"orm", "drizzle-orm"},
    {"orm", "prisma"},
    {"orm", "knex"},
    {"orm", "kysely"},
    {"orm", "mongoose"},
    {"orm", "typeorm"},
    {"orm", "sequelize"},
    {"orm", "@mikro-orm/core"},
    {"orm", "pg"},
    {"orm", "postgres"},
    {"orm", "mysql2"},
    {"orm", "better-sqlite3"},
    {"orm", "@libsql/client"},
    {"orm", "@neondatabase/serverless"},
    {"orm", "@supabase/supabase-js"},
    {"orm", "mongodb"},
    {"auth", "better-auth"},
    {"auth", "next-auth"},
    {"auth", "@auth/core"},
    {"auth", "@clerk/nextjs"},
    {"auth", "lucia"},
    {"auth", "arctic"},
    {"auth", "iron-session"},
    {"auth", "jose"},
    {"auth", "jsonwebtoken"},
    {"auth", "@supabase/ssr"},
    {"auth", "@workos-inc/authkit-nextjs"},
    {"auth", "@auth0/nextjs-auth0"},
    {"validation", "zod"},
    {"validation", "valibot"},
    {"validation", "arktype"},
    {"validation", "yup"},
    {"validation", "joi"},
    {"validation", "ajv"},
    {"validation", "@sinclair/typebox"},
    {"validation", "next-safe-action"},
    {"validation", "@t3-oss/env-nextjs"},
    {"testing", "vitest"},
    {"testing", "jest"},
    {"testing", "@playwright/test"},
    {"testing", "cypress"},
    {"testing", "supertest"},
    {"testing", "msw"},
    {"testing", "@testing-library/react"},
    {"payments", "stripe"},
    {"payments", "@paypal/paypal-server-sdk"},
    {"payments", "@paypal/checkout-server-sdk"},
    {"payments", "@lemonsqueezy/lemonsqueezy.js"},
    {"payments", "@polar-sh/sdk"},
    {"email", "resend"},
    {"email", "@sendgrid/mail"},
    {"email", "nodemailer"},
    {"email", "postmark"},
    {"email", "@react-email/components"},
    {"storage", "@aws-sdk/client-s3"},
    {"storage", "@aws-sdk/s3-request-presigner"},
    {"storage", "@vercel/blob"},
    {"storage", "uploadthing"},
    {"queue", "bullmq"},
    {"queue", "inngest"},
    {"queue", "@trigger.dev/sdk"},
    {"queue", "workflow"},
    {"queue", "@vercel/queue"},
    {"queue", "@upstash/qstash"},
    {"cache", "redis"},
    {"cache", "ioredis"},
    {"cache", "@upstash/redis"},
    {"cache", "@upstash/ratelimit"},
    {"cache", "@vercel/kv"},
    {"logging", "pino"},
    {"logging", "winston"},
    {"logging", "@sentry/nextjs"},
    {"logging", "@vercel/otel"},
}};

}  // namespace agent
