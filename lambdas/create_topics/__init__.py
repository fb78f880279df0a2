"""Creates the Kafka topics where CloudFormation cannot: MSK Serverless takes them from clients."""
