package io.inverseform.udf.sql;

import io.inverseform.job.LocalSpark;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.execution.HiveResult;
import scala.collection.JavaConverters;

/** A session of the tests' Spark that knows the functions, and queries of it. */
final class SqlSession {
  private static final SparkSession SESSION = LocalSpark.session().newSession();

  static {
    SESSION.conf().set("spark.sql.shuffle.partitions", "2");
    InverseFormFunctions.register(SESSION);
  }

  private SqlSession() {}

  static SparkSession session() {
    return SESSION;
  }

  static Dataset<Row> query(String sql) {
    return SESSION.sql(sql);
  }

  /** The first column of the first row. */
  static Object value(String sql) {
    return query(sql).first().get(0);
  }

  /** What the SQL shell prints: a line a row. */
  static List<String> printed(String sql) {
    return JavaConverters.seqAsJavaList(
        HiveResult.hiveResultString(query(sql).queryExecution().executedPlan()));
  }
}
