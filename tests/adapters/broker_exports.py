"""Brokers' exports as their headers really are, with invented values: one account in four formats."""
# A line of an export is as long as the broker makes it.
# ruff: noqa: E501

from __future__ import annotations

IBKR = """\
Statement,Header,Field Name,Field Value
Statement,Data,BrokerName,Interactive Brokers LLC
Statement,Data,Period,"November 3, 2025 - November 20, 2025"
Cash Report,Header,Currency Summary,Currency,Total,Securities,Futures,
Cash Report,Data,Starting Cash,Base Currency Summary,1000,1000,0,
Cash Report,Data,Ending Cash,Base Currency Summary,250000.5,250000.5,0,
Cash Report,Data,Ending Cash,USD,"251,000.25","251,000.25",0,
Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Open,Quantity,Mult,Cost Price,Cost Basis,Close Price,Value,Unrealized P/L,Code
Open Positions,Data,Summary,Stocks,USD,AAPL,-,100,1,175.50,17550,180,18000,450,
Open Positions,Total,,Stocks,USD,,,,,,17550,,18000,450,
Open Positions,Data,Summary,Equity and Index Options,USD,SPXW 19DEC25 6400 P,-,-2,100,40.5,-8100,35,-7000,1100,
Open Positions,Data,Lot,Equity and Index Options,USD,SPXW 19DEC25 6400 P,"2025-11-03, 10:12:44",-2,,40.5,-8100,35,-7000,1100,ST
Open Positions,Data,Summary,Equity and Index Options,USD,SPXW  251219P06335000,-,2,100,33.5,"6,700",30,6000,-700,
Open Positions,Header,DataDiscriminator,Asset Category,Currency,Symbol,Quantity,Mult,Cost Price,Cost Basis,Close Price,Value,Unrealized P/L,Code
Open Positions,Data,Summary,Futures,USD,VXZ5,3,1000,20.1,60300,19.4,58200,-2100,
Open Positions,Total,,Futures,USD,,,,60300,,58200,-2100,
"""
IBKR_TRADES = """\
Statement,Header,Field Name,Field Value
Trades,Header,DataDiscriminator,Asset Category,Currency,Symbol,Date/Time,Quantity,T. Price,C. Price,Proceeds,Comm/Fee,Basis,Realized P/L,MTM P/L,Code
Trades,Data,Order,Stocks,USD,AAPL,"2025-11-03, 09:35:10",100,187.40,187.55,-18740,-1,18741,0,15,O
Trades,Data,Order,Equity and Index Options,USD,SPXW 19DEC25 6400 P,"2025-11-03, 10:12:44",-2,40.5,41,8100,-2.534,-8097,0,-100,O
Trades,Data,Trade,Equity and Index Options,USD,SPXW 19DEC25 6400 P,"2025-11-03, 10:12:44",-1,40.5,41,4050,-1.267,-4048,0,-50,O
Trades,Data,Order,Equity and Index Options,USD,SPXW 07NOV25 6400 P,"2025-11-07, 16:20:00",2,0,0,0,0,0,0,0,C;Ep
Trades,SubTotal,,Equity and Index Options,USD,SPXW 19DEC25 6400 P,,-2,,,8100,-2.5,-8097,0,-100,
Trades,Total,,Equity and Index Options,USD,,,,,,8100,-2.5,-8097,0,-100,
"""
IBKR_FLEX = """\
"ClientAccountID","Symbol","UnderlyingSymbol","Expiry","Strike","Put/Call","Multiplier","Position","CostBasisPrice","MarkPrice","OpenDateTime"
"U1","SPXW  251219P06400000","SPX","20251219","6400","P","100","-2","40.5","35","20251103;101244"
"U1","","VIX","20251217","20","C","100","8","2.1","1.8",""
"""
TASTY = """\
Account,Symbol,Type,Quantity,Exp Date,DTE,Strike Price,Call/Put,Underlying Last Price,P/L Open,Trade Price,Cost,D's Opn,Bid (Sell),Ask (Buy)
5WX00001,AAPL,STOCK,16,,--,,,145.11,"1,361.76",-60,-960,,145.07,145.08
5WX00001,SPXW  251219P06400000,OPTION,-2,12/19/25,29d,6400,PUT,6700.00,"1,100.00",40.50,8100.00,17d,34.80,35.20
5WX00001,VIX   251217C00020000,OPTION,8,12/17/25,27d,20,CALL,18.20,-240.00,-2.10,-1680.00,,--,--
5WX00001,/VXZ5,FUTURE,1,12/17/25,27d,,,18.20,-240.00,-19.50,,3d,19.30,19.40
"""
TASTY_HISTORY = """\
Date,Type,Sub Type,Action,Symbol,Instrument Type,Description,Value,Quantity,Average Price,Commissions,Fees,Multiplier,Root Symbol,Underlying Symbol,Expiration Date,Strike Price,Call or Put,Order #,Total,Currency
2025-11-03T10:12:44-0500,Trade,Sell to Open,SELL_TO_OPEN,SPXW  251219P06400000,Equity Option,Sold 2 SPXW 12/19/25 Put 6400.00 @ 40.50,"8,100.00",2,"4,050.00",-2.00,-1.43,100,SPXW,SPX,12/19/25,6400,PUT,1,8096.57,USD
2025-11-04T10:12:44-0500,Trade,Buy to Open,BUY_TO_OPEN,VIX   251217C00020000,Equity Option,Bought 8 VIX 12/17/25 Call 20.00 @ 2.10,"-1,680.00",8,-210.00,--,-0.96,100,VIX,VIX,12/17/25,20,CALL,2,-1680.96,USD
2025-11-04T14:00:00-0500,Money Movement,Deposit,,,,Wire Funds Received,"1,000.00",0,,--,0.00,,,,,,,,1000.00,USD
2025-11-05T14:00:00-0500,Trade,Buy to Open,BUY_TO_OPEN,IWM,Equity,Bought 3 IWM @ 208.32,-624.97,3,-208.33,0.00,0.00,,,,,,,3,-624.97,USD
"""
SCHWAB = """\
"Positions for account Individual ...123 as of 12:33 PM ET, 2025/11/20","","",""
"","","",""
"Symbol","Description","Qty (Quantity)","Price","Price Chng $ (Price Change $)","Mkt Val (Market Value)","Cost Basis","Gain $ (Gain/Loss $)","% of Acct (% of Account)","Security Type",
"SPXW 12/19/2025 6400.00 P","PUT S & P 500 INDEX $6400 EXP 12/19/25","-2","$35.00","$0.00","-$7,000.00","($8,100.00)","$1,100.00","1%","Option",
"VIX 12/17/2025 20.00 C","CALL VIX $20 EXP 12/17/25","8","1.80","$0.00","$1,440.00","$1,680.00","-$240.00","1%","Option",
"Cash & Cash Investments","--","--","--","--","$123,456.00","--","--","80%","Cash and Money Market",
"Account Total","","--","--","--","$117,896.00","--","--","--","--",
"""
SCHWAB_TRADES = """\
"Date","Action","Symbol","Description","Quantity","Price","Fees & Comm","Amount"
"11/03/2025","Sell to Open","SPXW 12/19/2025 6400.00 P","PUT S & P ...500 INDEX $6400 EXP 12/19/25","2","$40.50","$2.26","$8097.74"
"11/04/2025 as of 11/03/2025","Expired","SPXW 11/03/2025 6500.00 P","PUT S & P ...500 INDEX","2","","",""
"11/05/2025","Qualified Dividend","SCHB","SCHWAB US BROAD MARKET ETF","","","","$42.18"
"11/06/2025","Buy","SCHB","SCHWAB US BROAD MARKET ETF","10","$105.50","","-$1055.00"
"""
PLAIN = """\
root,expiry,strike,right,quantity,price,opened,layer,campaign,mark
SPXW,2025-12-19,6400,P,-2,40.5,2025-11-03,,c1,35
VIX,2025-12-17,20,C,8,2.1,,L1,,
VX,2025-12-17,,,3,20.1,,,,19.4
CASH,,,,"250,000.75",,,,,
"""
PLAIN_TRADES = """\
date,root,expiry,strike,right,quantity,price,fees,campaign
2025-11-03,SPXW,2025-12-19,6400,P,-2,40.5,2.53,c1
2025-11-04,VIX,2025-12-17,20,C,8,2.1,,
"""
